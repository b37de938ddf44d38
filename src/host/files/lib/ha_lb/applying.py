"""Puts a bundle in use, or leaves the node as it was. Called by bin/apply alone."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from . import adoption, network, ownership, services, settings
from .acme import store
from .acme.wanted import Acme
from .bundle import Running, alone, changed_by_hand, identify, running, seal
from .checks import Refused, check, check_change
from .commands import run
from .settings import BUNDLES, CURRENT, Settings
from .vip import pair

__all__ = ["Refused", "apply"]

KEPT_BUNDLES = 3
# How a bundle that is on its way in is named, and how old one is that nobody brings in any more.
ABANDONED = ".incoming."
ABANDONED_SECONDS = 3600
# Folders of a bundle with nothing but those.
SECRETS = ("secrets", "acme")
# In the directory of bundles, from the swap on until all services run with what is in use.
UNFINISHED = ".unfinished"


def apply(incoming: Path) -> None:
    with alone():
        _arrived_whole(incoming)
        ownership.claim(incoming)
        wanted = settings.load(incoming)
        try:
            (incoming / "interfaces.conf").write_text(network.interface_definitions(wanted, network.addresses()))
            services.make_run_files(incoming)
        except (network.NoInterface, services.Failed) as error:
            raise Refused(f"{error}. Nothing was changed.") from error
        if wanted.acme:
            _prepare_certificates(wanted.acme)
        seal(incoming)
        check(incoming, wanted)
        previous = CURRENT.resolve() if CURRENT.exists() else None
        if previous:
            check_change(previous, incoming, wanted)
        # After one that was cut off, some services may run with this bundle and some with the one before.
        now = Running(None) if (BUNDLES / UNFINISHED).exists() else running(previous)
        _put_in_use(_store(incoming), previous, now, wanted)
        _forget_old_bundles()
        _forget_old_secrets()
        # Not the agent: the one of another bundle does not know what this one is about to need.
        store.forget_others(wanted.acme.certificates if wanted.acme else ())


def _prepare_certificates(acme: Acme) -> None:
    """HAProxy refuses a configuration whose certificates are not there."""
    try:
        store.prepare(acme)
    except (OSError, store.Unusable) as error:
        raise Refused(f"no certificate can be made to begin with: {error}. Nothing was changed.") from error


def _arrived_whole(incoming: Path) -> None:
    """A connection that is lost halfway ends the archive early; its last entry then is not there."""
    end = incoming / "END"
    if not end.exists():
        raise Refused("the bundle did not arrive whole. Nothing was changed. Run `pulumi up` again.")
    end.unlink()


def _store(incoming: Path) -> Path:
    """Moves the bundle to its place, which its content names; one that is there already is the same."""
    place = BUNDLES / identify(incoming)
    if place.exists():
        if not changed_by_hand(place):
            shutil.rmtree(incoming)
            return place
        abandoned = BUNDLES / f"{ABANDONED}{place.name}"
        shutil.rmtree(abandoned, ignore_errors=True)
        place.rename(abandoned)
        _forget_secrets_of(abandoned)
    incoming.chmod(0o755)
    return incoming.rename(place)


def _put_in_use(bundle: Path, previous: Path | None, now: Running, wanted: Settings) -> None:
    """`previous` is what to go back to, `now` what the services run with."""
    pair_is_new = wanted.mover is not None and not pair.is_remembered(wanted)
    (BUNDLES / UNFINISHED).touch()
    try:
        # A machine that loses its power right after the swap is to find all of what it starts with.
        run("sync", "--file-system", str(bundle))
        _point_to(bundle)
        services.use(bundle, now)
        services.wait_until_serving(wanted, pair_is_new=pair_is_new)
    except Exception as error:
        outcome = _go_back(previous, bundle)
        if previous != bundle:
            shutil.rmtree(bundle, ignore_errors=True)
        raise Refused(f"{error}\n{outcome}") from error
    (BUNDLES / UNFINISHED).unlink()
    print(f"{wanted.node} serves with bundle {bundle.name}")


def _point_to(bundle: Path) -> None:
    link = CURRENT.with_name("current.new")
    link.unlink(missing_ok=True)
    link.symlink_to(bundle)
    link.replace(CURRENT)


def _go_back(previous: Path | None, failed: Path) -> str:
    if previous == failed:
        return "It is the bundle that was in use before; it stays."
    try:
        if previous is None:
            node = settings.load(failed)
            services.stop_all(node)
            CURRENT.unlink(missing_ok=True)
            outcome = "There was no earlier bundle to go back to; nothing of this one runs."
            return f"{outcome} {_what_was_here(node)}".rstrip()
        _point_to(previous)
        services.use(previous, Running(failed))
        services.wait_until_serving(settings.load(previous), pair_is_new=False)
    except Exception as error:
        if previous is None:
            return f"There was no earlier bundle to go back to, and this one could not be stopped: {error}"
        return f"Bundle {previous.name} is in use again, but does not serve: {error}"
    (BUNDLES / UNFINISHED).unlink()
    return f"Bundle {previous.name} serves again."


def _what_was_here(node: Settings) -> str:
    try:
        return adoption.bring_back(node) if adoption.are_there() else ""
    except adoption.NotBack as problem:
        return f"But {problem}"


def _forget_old_bundles() -> None:
    """What stays behind costs room, not service: the new bundle is in use whatever happens here."""
    try:
        for leftover in BUNDLES.glob(f"{ABANDONED}*"):
            # Another `apply` may be unpacking right now.
            if time.time() - leftover.stat().st_ctime > ABANDONED_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)
        bundles = [entry for entry in BUNDLES.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        by_age = sorted(bundles, key=lambda entry: entry.stat().st_ctime, reverse=True)
        for old in [entry for entry in by_age if entry != CURRENT.resolve()][KEPT_BUNDLES - 1 :]:
            shutil.rmtree(old)
    except OSError as error:
        print(f"An old bundle could not be removed: {error}")


def _forget_old_secrets() -> None:
    """Credentials stand in one place alone. A bundle without them is delivered anew when it is wanted again."""
    for bundle in BUNDLES.iterdir():
        # Another `apply` may be unpacking right now.
        if bundle != CURRENT.resolve() and not bundle.name.startswith(ABANDONED):
            _forget_secrets_of(bundle)


def _forget_secrets_of(bundle: Path) -> None:
    for folder in SECRETS:
        shutil.rmtree(bundle / folder, ignore_errors=True)
