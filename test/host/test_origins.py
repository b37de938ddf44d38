"""Where a line of haproxy.cfg comes from."""

from __future__ import annotations

import unittest

from ha_lb.origins import with_origins

CONFIG = """\
# Written by pulumi-ha-load-balancer
global
    user haproxy
    # raw
    tune.bufsize 16384
    tune.nonsense

defaults
    log global

frontend ha-lb-ready
    mode http

frontend web
    mode http
    bind :80

frontend api
    mode http
    # raw
    option httplog
    bnid :81

backend app
    mode http
"""


def note(line: str) -> str:
    number = CONFIG.splitlines().index(line) + 1
    said = f"[ALERT] (7) : config : parsing [haproxy.cfg:{number}] : unknown keyword"
    return with_origins(said, CONFIG)[len(said) :].strip().replace(f"haproxy.cfg:{number} is ", "")


class Origins(unittest.TestCase):
    def test_a_raw_line_has_its_index(self) -> None:
        self.assertEqual(note("    bnid :81"), 'frontends[1] ("api").raw[1]: bnid :81')
        self.assertEqual(note("    tune.bufsize 16384"), "haproxy.raw.global[0]: tune.bufsize 16384")
        self.assertEqual(note("    tune.nonsense"), "haproxy.raw.global[1]: tune.nonsense")

    def test_another_line_has_its_section(self) -> None:
        self.assertEqual(note("    bind :80"), 'frontends[0] ("web"): bind :80')
        self.assertEqual(note("backend app"), 'backends[0] ("app"): backend app')

    def test_what_no_user_said_has_none(self) -> None:
        self.assertEqual([note("    user haproxy"), note("frontend ha-lb-ready")], ["", ""])

    def test_places_are_named_once_and_in_order_and_only_where_there_are_any(self) -> None:
        said = "[haproxy.cfg:16] [haproxy.cfg:22] [haproxy.cfg:16] [haproxy.cfg:99] [other.cfg:2]"
        self.assertEqual(
            with_origins(said, CONFIG).splitlines()[1:],
            [
                'haproxy.cfg:16 is frontends[0] ("web"): bind :80',
                'haproxy.cfg:22 is frontends[1] ("api").raw[1]: bnid :81',
            ],
        )
        self.assertEqual(with_origins("it hung", CONFIG), "it hung")
