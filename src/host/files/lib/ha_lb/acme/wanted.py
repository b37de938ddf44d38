"""Which certificates this node was told to have from ACME. Knows nothing of what it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wanted:
    # Names its files, on both nodes.
    id: str
    domains: tuple[str, ...]
    key_type: str
    directory_url: str
    email: str | None = None
    # Its key is a file of the bundle; so are the authorities that the directory's own certificate has to come from.
    external_account_key_id: str | None = None
    has_authorities: bool = False


@dataclass(frozen=True)
class Acme:
    # On which the nodes give each other certificates.
    port: int
    certificates: tuple[Wanted, ...]


def parsed(data: dict[str, Any] | None) -> Acme | None:
    if data is None:
        return None
    return Acme(
        port=data["port"],
        certificates=tuple(
            Wanted(
                id=item["id"],
                domains=tuple(item["domains"]),
                key_type=item["keyType"],
                directory_url=item["directoryUrl"],
                email=item.get("email"),
                external_account_key_id=item.get("externalAccountKeyId"),
                has_authorities=bool(item.get("hasAuthorities")),
            )
            for item in data["certificates"]
        ),
    )
