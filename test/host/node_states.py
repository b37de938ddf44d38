"""What nodes of a pair on a cloud tell of themselves."""

from __future__ import annotations

from typing import Any


def told_address(owner: str, **changes: Any) -> dict[str, Any]:
    address = {"address": "203.0.113.100", "owner": owner, "checkedAt": 995.0, "verified": owner == "self"}
    return {**address, "movedAt": None, "moveSeconds": None, **changes}


def mover(owner: str, api: str = "ok", code: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "master": owner == "self",
        "addresses": {"main": told_address(owner)},
        "api": {"state": api, "code": code, "message": code and "unauthorized", "since": 990.0, "seconds": 10.0},
        "errors": {},
        "calls": 7,
        "mismatch": False,
        "superseded": False,
        "age": 5.0,
        **changes,
    }


def node(name: str, state: str, told: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    ready = state in ("MASTER", "BACKUP")
    known = {"node": name, "state": state, "since": 1, "ready": ready, "bundle": "b", "release": "r", "problems": []}
    return {**known, "hold": None, "mover": told, "certificates": {"shown": [], "agent": None}, **changes}


GOOD_MASTER = node("lb1", "MASTER", mover("self"))
GOOD_BACKUP = node("lb2", "BACKUP", mover("peer"))
