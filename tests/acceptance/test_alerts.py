"""Alerts of a running service: web and workers watch, and one message goes out."""

from __future__ import annotations

from pathlib import Path

import orjson

from app.events import wire
from tests.acceptance.conftest import PORTAL, start
from tests.integration.watch.receiver import SECRET_PATH, receiving

UNREADABLE = orjson.dumps([{"portalId": int(PORTAL), "subscriptionType": "?"}])


def test_a_dead_letter_is_told_once_by_all_processes_together(tmp_path: Path) -> None:
    with (
        receiving() as receiver,
        start(tmp_path, workers=2, ALERT_URL=receiver.url) as service,
    ):
        service.services.inbox.accept(wire.parse(UNREADABLE))
        service.until(lambda: bool(receiver.posts))

        shown = service.command("alerts")
        assert f"dead-letters  portal {PORTAL}: 1 dead letter, since " in shown
        last = float(service.services.store.hget("hk:alerts", "looked_at"))
        service.until(
            lambda: float(service.services.store.hget("hk:alerts", "looked_at")) > last
        )
        (post,) = receiver.posts
        assert ("dead-letters", [PORTAL]) == (post["alert"], post["portals"])
    logs = [log.read_text(errors="replace") for log in tmp_path.glob("*.log")]
    assert 1 == sum("dead-letters" in log for log in logs)
    assert not any(SECRET_PATH in log for log in logs)
