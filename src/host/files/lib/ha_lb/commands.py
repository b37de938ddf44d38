"""Runs other programs of this host."""

from __future__ import annotations

import subprocess

# As a shell has it.
NO_SUCH_PROGRAM = 127


def run(*command: str, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The finished process, whatever its exit status, NO_SUCH_PROGRAM among them; output and input are text."""
    try:
        return subprocess.run(command, input=stdin or "", capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, NO_SUCH_PROGRAM, "", f"{command[0]} is not installed")


def said(process: subprocess.CompletedProcess[str]) -> str:
    return (process.stdout + process.stderr).strip()


def is_active(*units: str) -> list[bool]:
    """Whether each of the units runs."""
    answers = run("systemctl", "is-active", *units).stdout.split()
    return [answer == "active" for answer in answers]
