"""The files of a bundle, and the name that their content gives it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .settings import BUNDLES

MANIFEST = "SHA256SUMS"
# Another one than before says that everything is to be brought in use anew, whatever seems to run already.
REVISION = "revision"


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """While bundles come and go."""
    BUNDLES.mkdir(parents=True, exist_ok=True)
    with (BUNDLES / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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


@dataclass(frozen=True)
class Running:
    """The bundle that services run with, as far as anybody can tell."""

    place: Path | None
    # Files of it that were changed by hand: who runs with the one version and who with the other is anybody's guess.
    doubtful: tuple[str, ...] = ()

    def differs(self, wanted: Path, *paths: str) -> bool:
        """Whether any of these files or folders may be another one than in the bundle that is wanted."""
        return any(
            _tree(wanted / path) != _tree(self.place and self.place / path) or self.doubts(path) for path in paths
        )

    def doubts(self, *paths: str) -> bool:
        return any(file == path or file.startswith(f"{path}/") for file in self.doubtful for path in paths)


def running(place: Path | None) -> Running:
    doubtful = changed_by_hand(place) if place else []
    # Without a manifest nothing is certain.
    return Running(None) if doubtful == [MANIFEST] else Running(place, tuple(doubtful))


def _tree(root: Path | None) -> dict[str, bytes]:
    if root is None or not root.exists():
        return {}
    files = [root] if root.is_file() else [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}
