"""The files of a bundle, and the name that their content gives it."""

from __future__ import annotations

import hashlib
from pathlib import Path

MANIFEST = "SHA256SUMS"


def seal(bundle: Path) -> None:
    """Writes the digests of all files beside them. Nobody but root may try short secrets against them."""
    (bundle / MANIFEST).touch(0o600)
    (bundle / MANIFEST).write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(_digests(bundle).items())))


def identify(bundle: Path) -> str:
    return hashlib.sha256((bundle / MANIFEST).read_bytes()).hexdigest()[:12]


def changed_by_hand(bundle: Path) -> list[str]:
    """Files that are not what was delivered; without a good manifest nobody can tell, and it is named itself."""
    try:
        lines = (bundle / MANIFEST).read_text().splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return [MANIFEST]
    delivered = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
    found = _digests(bundle)
    return sorted(path for path in delivered.keys() | found.keys() if delivered.get(path) != found.get(path))


def _digests(bundle: Path) -> dict[str, str]:
    files = [path for path in bundle.rglob("*") if path.is_file() and path.name != MANIFEST]
    return {str(path.relative_to(bundle)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def differs(one: Path, other: Path | None, *paths: str) -> bool:
    """Whether any of these files or folders is not the same in both bundles."""
    return any(_tree(one / path) != _tree(other / path if other else None) for path in paths)


def _tree(root: Path | None) -> dict[str, bytes]:
    if root is None or not root.exists():
        return {}
    files = [root] if root.is_file() else [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
