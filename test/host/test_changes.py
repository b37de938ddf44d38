"""What a running HAProxy can be told, and what it has to be reloaded for."""

from __future__ import annotations

import unittest

from ha_lb.changes import (
    Configuration,
    NeedsReload,
    Remove,
    ReplaceCertificate,
    ReplaceTable,
    Step,
    Tell,
    steps,
)
from ha_lb.settings import IDENTITY

CHECK = " check inter 2000ms fall 3 rise 2"
ONE = f"server one 10.0.0.1:80 id 11 weight 100{CHECK}"
TWO = f"server two 10.0.0.2:80 id 22 weight 100{CHECK}"


def text(*servers: str, bind: str = "bind :80", more: str = "") -> str:
    lines = ["global", "    user haproxy", "", "frontend web", f"    {bind}", "", "backend app", "    mode http"]
    return "\n".join([*lines, *(f"    {server}" for server in servers), *([more] if more else [])]) + "\n"


def changed(old: str, new: str) -> list[Step]:
    return steps(Configuration(old, {}), Configuration(new, {}))


class Servers(unittest.TestCase):
    def test_nothing_to_do(self) -> None:
        self.assertEqual(changed(text(ONE, TWO), text(ONE, TWO)), [])

    def test_weight(self) -> None:
        self.assertEqual(
            changed(text(ONE, TWO), text(ONE.replace("weight 100", "weight 20"), TWO)),
            [Tell("set server app/one weight 20", "")],
        )

    def test_address_and_port(self) -> None:
        steps = changed(text(ONE), text(ONE.replace("10.0.0.1:80", "[fd00::1]:81")))
        self.assertEqual(
            [step.command for step in steps if isinstance(step, Tell)],
            ["set server app/one addr fd00::1 port 81", "set server app/one health up"],
        )

    def test_connections(self) -> None:
        limited = ONE.replace("weight 100", "weight 100 maxconn 5")
        self.assertEqual(
            changed(text(limited), text(limited.replace("maxconn 5", "maxconn 9"))),
            [Tell("set maxconn server app/one 9", "")],
        )

    def test_a_server_more_is_added_checked_and_used(self) -> None:
        steps = changed(text(ONE), text(ONE, TWO))
        self.assertEqual(
            [step.command for step in steps if isinstance(step, Tell)],
            [
                f"add server app/two 10.0.0.2:80 id 22 weight 100{CHECK}",
                "enable health app/two",
                "set server app/two state ready",
            ],
        )

    def test_a_server_less_is_removed_after_the_others_are_there(self) -> None:
        agent = ONE + " agent-check agent-port 9"
        steps = changed(text(agent), text(TWO))
        self.assertEqual(steps[-1], Remove(("app/one",), with_agent=("app/one",)))
        self.assertIsInstance(steps[0], Tell)

    def test_how_names_are_resolved_is_no_matter(self) -> None:
        defaults = "defaults\n    default-server init-addr last,libc,none\n"
        self.assertEqual(len(changed(defaults + text(ONE), defaults + text(ONE, TWO))), 3)

    def test_in_another_backend_stays_there(self) -> None:
        both = text(ONE, more=f"\nbackend other\n    {ONE}\n")
        changed_there = text(ONE, more=f"\nbackend other\n    {ONE.replace('weight 100', 'weight 5')}\n")
        self.assertEqual(changed(both, changed_there), [Tell("set server other/one weight 5", "")])


class Files(unittest.TestCase):
    def changed(self, old: dict[str, str], new: dict[str, str]) -> list[Step]:
        return steps(Configuration(text(ONE), old), Configuration(text(ONE), new))

    def test_tables_and_certificates_are_replaced_while_the_whole_has_no_name(self) -> None:
        pem, table = "haproxy/certificates/web/0001.pem", "haproxy/maps/web-1.map"
        old = {IDENTITY: "id 1\n", pem: "old\n", table: "a x\n"}
        new = {IDENTITY: "id 2\n", pem: "new\n\nkey\n", table: "a y\nb x\n"}
        self.assertEqual(
            self.changed(old, new),
            [
                ReplaceTable(IDENTITY, ("id changing",)),
                ReplaceCertificate(pem, "new\nkey\n"),
                ReplaceTable(table, ("a y", "b x")),
                ReplaceTable(IDENTITY, ("id 2",)),
            ],
        )

    def test_other_files_need_a_reload(self) -> None:
        for path in ("haproxy/authorities/clients-of-web.pem", "haproxy/errors/503.http"):
            with self.assertRaises(NeedsReload):
                self.changed({path: "old"}, {path: "new"})

    def test_a_file_more_or_less_needs_a_reload(self) -> None:
        with self.assertRaises(NeedsReload):
            self.changed({}, {"haproxy/maps/web-1.map": "a x\n"})


class Reloads(unittest.TestCase):
    def test_what_cannot_be_told(self) -> None:
        quoted = TWO + " sni 'str(a b)'"
        agent = ONE + " agent-check agent-port 9"
        inheriting = "defaults\n    default-server on-marked-down shutdown-sessions\n"
        for name, old, new in [
            ("another line", text(ONE), text(ONE, bind="bind :81")),
            ("another option", text(ONE), text(ONE.replace("fall 3", "fall 4"))),
            ("a limit more", text(ONE), text(ONE.replace("weight 100", "weight 100 maxconn 5"))),
            ("another number", text(ONE), text(ONE.replace("id 11", "id 12"))),
            ("another order", text(ONE, TWO), text(TWO, ONE)),
            ("a server in front", text(ONE), text(TWO, ONE)),
            ("a name to resolve", text(ONE), text(ONE, TWO.replace("10.0.0.2", "two.internal"))),
            ("what only a file can say", text(ONE), text(ONE, quoted)),
            ("a server with what it would inherit", inheriting + text(ONE), inheriting + text(ONE, TWO)),
            ("a server that may cut its sessions", inheriting + text(ONE, TWO), inheriting + text(ONE)),
            ("what an agent relates to", text(agent), text(agent.replace("weight 100", "weight 50"))),
            ("a backend more", text(ONE), text(ONE, more=f"\nbackend other\n    {TWO}\n")),
            ("a backend less", text(ONE, more=f"\nbackend other\n    {TWO}\n"), text(ONE)),
            ("no server left", text(ONE), text()),
            ("a template", text(ONE, "server-template x 3 a:80"), text(ONE, "server-template x 4 a:80")),
        ]:
            with self.subTest(name), self.assertRaises(NeedsReload):
                changed(old, new)


if __name__ == "__main__":
    unittest.main()
