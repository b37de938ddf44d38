"""What it takes to bring a running HAProxy from one configuration to another without a reload. Pure.

Servers, weights, limits, tables and certificates can be changed where it runs; everything else needs a reload.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Union

from .settings import IDENTITY

# The rendering writes these first, in this order; a server line of any other form is no server to this.
SERVER = re.compile(r"server (\S+) (\S+):(\d+) id (\d+) weight (\d+)(?: maxconn (\d+))?((?: .*)?)")
TABLES = "haproxy/maps/"
CERTIFICATES = "haproxy/certificates/"
# What IDENTITY says of what runs while that is neither the old nor the new configuration.
NEITHER = ("id changing",)
ADDRESS = re.compile(r"[0-9.]+|\[[0-9A-Fa-f:.]+\]")
# What a server gets from its surroundings: one that is added later does not, and one that is removed may be told to cut
# its sessions. How names are resolved is no matter.
INHERITED = re.compile(r"^\s*default-server (?!init-addr \S+$)", re.MULTILINE)


@dataclass(frozen=True)
class Configuration:
    """haproxy.cfg and the files that it names, by their paths in the bundle."""

    text: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Tell:
    """A command, and a pattern of the answer to it where it worked."""

    command: str
    answer: str


@dataclass(frozen=True)
class Remove:
    """Servers that get no more requests, to be removed once they have no more connections."""

    servers: tuple[str, ...]
    with_agent: tuple[str, ...]


@dataclass(frozen=True)
class ReplaceTable:
    path: str
    entries: tuple[str, ...]


@dataclass(frozen=True)
class ReplaceCertificate:
    path: str
    pem: str


Step = Union[Tell, Remove, ReplaceTable, ReplaceCertificate]


@dataclass(frozen=True)
class Server:
    name: str
    address: str
    port: str
    id: str
    weight: str
    maxconn: str | None
    options: str

    @property
    def has_check(self) -> bool:
        return " check " in f"{self.options} "

    @property
    def has_agent(self) -> bool:
        return " agent-check " in f"{self.options} "

    @property
    def line(self) -> str:
        limit = f" maxconn {self.maxconn}" if self.maxconn else ""
        return f"{self.address}:{self.port} id {self.id} weight {self.weight}{limit}{self.options}"


class NeedsReload(Exception):
    """Something else than what a running HAProxy can be told has changed."""


def steps(old: Configuration, new: Configuration) -> list[Step]:
    """In the order in which they keep every request served. Raises NeedsReload."""
    old_backends, new_backends = _servers(old.text), _servers(new.text)
    if _without_servers(old.text) != _without_servers(new.text) or old.files.keys() != new.files.keys():
        raise NeedsReload
    if old_backends.keys() != new_backends.keys():
        raise NeedsReload
    if INHERITED.search(new.text) and _names(old_backends) != _names(new_backends):
        raise NeedsReload
    found: list[Step] = []
    for backend, servers in new_backends.items():
        found += _servers_changed(backend, old_backends[backend], servers)
    found += _removed(old_backends, new_backends)
    changed = sorted(path for path in new.files if old.files[path] != new.files[path])
    found += [_file_changed(path, new.files[path]) for path in changed if path != IDENTITY]
    if IDENTITY not in changed:
        return found
    return [ReplaceTable(IDENTITY, NEITHER), *found, _file_changed(IDENTITY, new.files[IDENTITY])]


def _servers(text: str) -> dict[str, list[Server]]:
    found: dict[str, list[Server]] = {}
    section = ""
    for line in text.splitlines():
        if line and not line[0].isspace():
            section = line.partition(" ")[2]
        elif server := _server(line):
            found.setdefault(section, []).append(server)
    return found


def _names(backends: Mapping[str, list[Server]]) -> dict[str, list[str]]:
    return {backend: [server.name for server in servers] for backend, servers in backends.items()}


def _removed(old: Mapping[str, list[Server]], new: Mapping[str, list[Server]]) -> Iterable[Step]:
    stay = _names(new)
    gone = [
        (f"{backend}/{server.name}", server.has_agent)
        for backend, servers in old.items()
        for server in servers
        if server.name not in stay[backend]
    ]
    if gone:
        yield Remove(tuple(path for path, _ in gone), tuple(path for path, has_agent in gone if has_agent))


def _server(line: str) -> Server | None:
    match = SERVER.fullmatch(line.strip())
    return Server(*match.groups()) if match else None


def _without_servers(text: str) -> list[str]:
    return [line for line in text.splitlines() if not _server(line)]


def _servers_changed(backend: str, old: list[Server], new: list[Server]) -> Iterable[Step]:
    before = {server.name: server for server in old}
    after = {server.name: server for server in new}
    stay = [server.name for server in old if server.name in after]
    # A server that is added stands last, until a reload would put it elsewhere.
    if not after or [server.name for server in new][: len(stay)] != stay:
        raise NeedsReload
    for server in new:
        if server.name in before:
            yield from _server_changed(f"{backend}/{server.name}", before[server.name], server)
        else:
            yield from _added(f"{backend}/{server.name}", server)


def _server_changed(path: str, old: Server, new: Server) -> Iterable[Step]:
    if old == new:
        return
    if (old.id, old.options, old.maxconn is None) != (new.id, new.options, new.maxconn is None):
        raise NeedsReload
    # What its agent says is in relation to what HAProxy started with.
    if new.has_agent:
        raise NeedsReload
    if (old.address, old.port) != (new.address, new.port):
        address = _known_address(new.address)
        yield Tell(f"set server {path} addr {address} port {new.port}", r".*(IP|port) changed .*")
        if new.has_check:
            # That the one before was down says nothing of this one; after a reload it would be up, too.
            yield Tell(f"set server {path} health up", "")
    if old.weight != new.weight:
        yield Tell(f"set server {path} weight {new.weight}", "")
    if old.maxconn != new.maxconn:
        yield Tell(f"set maxconn server {path} {new.maxconn}", "")


def _added(path: str, server: Server) -> Iterable[Step]:
    _known_address(server.address)
    if set("'\"\\") & set(server.options):
        raise NeedsReload
    yield Tell(f"add server {path} {server.line}", r"New server registered\.")
    if server.has_check:
        yield Tell(f"enable health {path}", "")
    if server.has_agent:
        yield Tell(f"enable agent {path}", "")
    yield Tell(f"set server {path} state ready", "")


def _known_address(address: str) -> str:
    """A name would have to be resolved, which only a start of HAProxy does."""
    if not ADDRESS.fullmatch(address):
        raise NeedsReload
    return address.strip("[]")


def _file_changed(path: str, content: str) -> Step:
    if path.startswith(TABLES):
        return ReplaceTable(path, tuple(line for line in content.splitlines() if line))
    if path.startswith(CERTIFICATES):
        return ReplaceCertificate(path, "".join(f"{line}\n" for line in content.splitlines() if line))
    raise NeedsReload
