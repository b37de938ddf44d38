"""Runs the platform's mover, bounded in time, in a process group of its own that ends with it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..settings import CURRENT, RUN_VIP, Mover, Settings, SharedAddress
from .model import DENIED, DONE, TRY_AGAIN, Call, Outcome

# A claim waits until the cloud is done.
DEADLINE_SECONDS = {"owner": 12.0, "claim": 40.0}
MOST_OUTPUT = 8192
LONGEST_MESSAGE = 300


@dataclass
class _Running:
    call: Call
    process: subprocess.Popen[bytes]
    output: int
    errors: int
    deadline: float


class Movers:
    def __init__(self, mover: Mover, bundle: Path = CURRENT) -> None:
        # By the link: another bundle may be in use at the next call, without a restart of this agent.
        self._program = bundle / "bin/mover"
        self._secrets = bundle / "secrets"
        self._mover = mover
        self._running: list[_Running] = []

    def start(self, call: Call, now: float) -> Outcome | None:
        """An outcome at once where it cannot even be started."""
        output, errors = os.memfd_create("output"), os.memfd_create("errors")
        try:
            process = subprocess.Popen(
                [str(self._program), call.verb, call.address.address],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env=self._environment(call),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            os.close(output)
            os.close(errors)
            return Outcome(TRY_AGAIN, code="mover", message=f"cannot be started: {error}")
        self._running.append(_Running(call, process, output, errors, now + DEADLINE_SECONDS[call.verb]))
        return None

    def abandon(self, call: Call) -> None:
        """Nothing of it happens any more once this returns."""
        for running in [running for running in self._running if running.call == call]:
            self._kill(running)
            self._forget(running)

    def ended(self, now: float) -> list[tuple[Call, Outcome]]:
        """Those that ended by themselves, and those whose time is over."""
        found = []
        for running in list(self._running):
            if _has_ended(running.process.pid):
                self._kill(running)
                found.append((running.call, self._outcome(running, running.process.wait())))
            elif now >= running.deadline:
                seconds = DEADLINE_SECONDS[running.call.verb]
                message = f"the mover did not end within {seconds:.0f} s"
                found.append((running.call, Outcome(TRY_AGAIN, code="timeout", message=message)))
                self._kill(running)
            else:
                continue
            self._forget(running)
        return found

    def next_deadline(self) -> float | None:
        return min((running.deadline for running in self._running), default=None)

    def abandon_all(self) -> None:
        for running in list(self._running):
            self._kill(running)
            self._forget(running)

    def _kill(self, running: _Running) -> None:
        """With all that it started. Its number stays its own until it is waited for."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.process.pid, signal.SIGKILL)

    def _forget(self, running: _Running) -> None:
        running.process.wait()
        os.close(running.output)
        os.close(running.errors)
        self._running.remove(running)

    def _environment(self, call: Call) -> Mapping[str, str]:
        return {
            **self._mover.env,
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C",
            "HA_LB_NODE_ID": self._mover.node_id,
            "HA_LB_PEER_ID": self._mover.peer_id,
            "HA_LB_ADDRESS_ID": call.address.id,
            "HA_LB_LOCAL_ADDRESS": call.address.on_host,
            "HA_LB_SECRETS": str(self._secrets),
            "HA_LB_RUN": str(RUN_VIP),
        }

    def _outcome(self, running: _Running, status: int) -> Outcome:
        if status == DONE:
            return Outcome(DONE, holder=_content(running.output).strip())
        code, message = _failure(_content(running.errors), status)
        message = without(self._secret_texts(), message)[:LONGEST_MESSAGE]
        found = re.search(r"\bretry-after=(\d{1,6})\b", message)
        return Outcome(
            DENIED if status == DENIED else TRY_AGAIN,
            code=code,
            message=message,
            retry_after=float(found[1]) if found else 0.0,
        )

    def _secret_texts(self) -> list[str]:
        try:
            return [path.read_text().strip() for path in self._secrets.iterdir()]
        except (OSError, UnicodeDecodeError):
            return []


def ask_owners(settings: Settings) -> Iterator[tuple[SharedAddress, Outcome]]:
    """Once, one address after the other; nothing where nothing moves them."""
    if settings.mover is None:
        return
    movers = Movers(settings.mover)
    for shared in settings.addresses:
        outcome = movers.start(Call("owner", shared, "", time.monotonic()), time.monotonic())
        while outcome is None:
            time.sleep(0.02)
            for _, ended in movers.ended(time.monotonic()):
                outcome = ended
        yield shared, outcome


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _content(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, MOST_OUTPUT, max(0, size - MOST_OUTPUT)).decode("utf-8", "replace")


def _failure(errors: str, status: int) -> tuple[str, str]:
    """The code and the message of the last line, `CODE message`."""
    lines = [line for line in (re.sub(r"[^ -~]+", " ", line).strip() for line in errors.split("\n")) if line]
    last = lines[-1] if lines else ""
    match = re.fullmatch(r"([A-Za-z0-9_-]{1,40})(?: (.*))?", last)
    if match:
        return match[1].lower(), match[2] or ""
    ended = f"ended by signal {-status}" if status < 0 else f"exit status {status}"
    return "unknown", f"{ended}: {last}" if last else ended


def without(secrets: list[str], text: str) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            text = text.replace(secret, "[secret]")
    return text
