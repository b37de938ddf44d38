"""Whose a bundle is, where it goes with the resource of Pulumi that brought it: bin/remove asks."""

from __future__ import annotations

from pathlib import Path

from .settings import BUNDLES

# Whose bundle came last, whether or not it is in use.
CLAIM = BUNDLES.with_name("owner")


def owner_of(bundle: Path) -> str | None:
    """None where it stays when its resource goes."""
    return _read(bundle / "owner")


def claim(bundle: Path) -> None:
    """Before anything of it is tried: one that is refused was meant to have this host, too."""
    owner = owner_of(bundle)
    if owner:
        CLAIM.write_text(f"{owner}\n")
    else:
        CLAIM.unlink(missing_ok=True)


def claimed_by() -> str | None:
    return _read(CLAIM)


def _read(file: Path) -> str | None:
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return None
