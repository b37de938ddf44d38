"""Runs other programs of this host."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

# As a shell has it.
NO_SUCH_PROGRAM = 127
# As systemd has it: HAProxy goes on serving while it reloads.
RUNNING = ("active", "reloading")


def run(*command: str, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The finished process, whatever its exit status, NO_SUCH_PROGRAM among them; output and input are text."""
    try:
        return subprocess.run(command, input=stdin or "", capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, NO_SUCH_PROGRAM, "", f"{command[0]} is not installed")


def start(*command: str) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Starts a program that is there; what is returned waits for its end."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def finish() -> subprocess.CompletedProcess[str]:
        with process:
            try:
                output, errors = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    return finish


def said(process: subprocess.CompletedProcess[str]) -> str:
    return (process.stdout + process.stderr).strip()


@dataclass(frozen=True)
class Unit:
    """What systemd says of a service."""

    name: str
    runs: bool
    main_pid: str


def units(*names: str) -> dict[str, Unit]:
    """The services of these names. Asked at once: each call of systemctl takes its time."""
    shown = run("systemctl", "show", "--property", "MainPID,ActiveState", *names).stdout
    found = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.split("\n\n")]
    return {name: Unit(name, one["ActiveState"] in RUNNING, one["MainPID"]) for name, one in zip(names, found)}


def is_active(*units: str) -> list[bool]:
    """Whether each of the units runs."""
    answers = run("systemctl", "is-active", *units).stdout.split()
    return [answer in RUNNING for answer in answers]
