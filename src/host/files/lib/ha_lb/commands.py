"""Runs other programs of this host."""

from __future__ import annotations

import subprocess


def run(*command: str, timeout: float = 60, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The finished process, whatever its exit status; its output is text, and its input is, too."""
    return subprocess.run(command, input=stdin or "", capture_output=True, text=True, timeout=timeout, check=False)


def said(process: subprocess.CompletedProcess[str]) -> str:
    return (process.stdout + process.stderr).strip()


def is_active(*units: str) -> list[bool]:
    """Whether each of the units runs."""
    answers = run("systemctl", "is-active", *units).stdout.split()
    return [answer == "active" for answer in answers]
