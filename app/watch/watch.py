"""One look: measure, judge, write down what there is to tell, and tell it.

However many processes watch, one of them looks at a time, and what it finds is written
down together with the messages, so that each goes out once.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import orjson

from app import logs
from app.events import keys
from app.events.scripts import store_errors
from app.services import Services
from app.watch import dispatch, measure, rule, window
from app.watch.channel import Channel, channels
from app.watch.dispatch import Dispatch
from app.watch.judgement import Judge
from app.watch.measure import Measure
from app.watch.message import Message
from app.watch.register import Page, Register
from app.watch.rule import Rules
from app.watch.window import Sample

LOOK_S = 5.0
# A look at all portals is followed by this many times its length of rest.
IDLE_SHARE = 9
# Who can tell nobody leaves it to others to look, as long as others do.
PATIENCE_S = 3 * LOOK_S
SAMPLES_KEPT_S = 24 * 3600

log = logs.get()


class Watch:
    """Looks at the service; every method may raise StoreDown.

    Args:
        services: what is looked at.
        rules: in place of those of the settings.
        ways: in place of the channels of the settings.

    """

    def __init__(
        self,
        services: Services,
        rules: Rules | None = None,
        ways: Sequence[Channel] | None = None,
    ) -> None:
        settings = services.settings
        self.ways = channels(settings) if ways is None else ways
        self.register = Register(services.store)
        self._services = services
        self._dispatch = Dispatch(self.register, self.ways)
        rules = rules or rule.rules(settings)
        self._judge = Judge(rules, settings.max_waiting_events, settings.runbook_url)

    def take_turn(self) -> bool:
        """Look and tell, unless somebody else has just done so."""
        if not self._is_my_turn():
            return False
        began = time.monotonic()
        self.look()
        rest_s = IDLE_SHARE * (time.monotonic() - began)
        if rest_s > LOOK_S:
            with store_errors():
                self._services.store.set(keys.LOOK, "1", px=int(rest_s * 1000))
        self.tell()
        return True

    def look(self) -> None:
        """Measure, and write down what there is to tell."""
        seen = measure.take(self._services)
        failed = self._failures(seen)
        told: list[Message] = []

        def judge(page: Page) -> Page:
            after, told[:] = self._judge.judge(page, seen, failed)
            posts = dispatch.posts_of(told, self.ways, seen.at)
            return dataclasses.replace(after, posts=page.posts | posts)

        if self.register.change(judge):
            for each in told:
                log.warning(
                    "alert", alert=each.alert, status=each.status, told=each.text
                )

    def tell(self) -> None:
        """Send what is written down and was not sent yet."""
        self._dispatch.deliver()

    def _is_my_turn(self) -> bool:
        if not self.ways:
            since = self.register.now() - self.register.read().looked_at
            if since < PATIENCE_S:
                return False
        with store_errors():
            # Somewhat shorter than the pause of each watcher, or every second one of
            # a lonely watcher's looks would come too early.
            life_ms = int(LOOK_S * 900)
            return bool(self._services.store.set(keys.LOOK, "1", nx=True, px=life_ms))

    def _failures(self, seen: Measure) -> dict[str, tuple[int, int]]:
        """Return of each portal how many contacts failed lately, and of how many."""
        store = self._services.store
        with store_errors():
            raw: Any = store.hgetall(keys.SAMPLES)
        failed: dict[str, tuple[int, int]] = {}
        changed: dict[Any, Any] = {}
        for portal, gauge in seen.portals.items():
            rows = orjson.loads(raw.get(portal.encode(), b"[]"))
            samples = [Sample(*row) for row in rows]
            latest = Sample(seen.at, gauge.failed, gauge.ended)
            kept = window.keep(samples, latest)
            failed[portal] = window.failures(kept, latest)
            if kept != samples:
                changed[portal] = orjson.dumps([dataclasses.astuple(s) for s in kept])
        if changed:
            with store_errors():
                store.hset(keys.SAMPLES, mapping=changed)
                store.expire(keys.SAMPLES, SAMPLES_KEPT_S)
        return failed
