"""Runs other programs of this host."""

from __future__ import annotations

import subprocess


def run(*command: str, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The finished process, whatever its exit status (127: there is no such program); output and input are text."""
    try:
        return subprocess.run(command, input=stdin or "", capture_output=True, text=True, timeout=timeout, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, "", f"{command[0]}: not found")


def said(process: subprocess.CompletedProcess[str]) -> str:
    return (process.stdout + process.stderr).strip()


def is_active(*units: str) -> list[bool]:
    """Whether each of the units runs."""
    answers = run("systemctl", "is-active", *units).stdout.split()
    return [answer == "active" for answer in answers]
