"""The logbook survives whatever one page holds."""

from __future__ import annotations

import redis

from app.events.deliveries import Deliveries
from app.events.scripts import Scripts
from app.web.logbook import Logbook


def test_a_page_that_cannot_be_written_takes_no_other_with_it(
    store: redis.Redis,
) -> None:
    log = Deliveries(Scripts(store), 60, 100)
    logbook = Logbook(log)
    with logbook.open() as good:
        good.size = 1
    with logbook.open() as bad:
        bad.size = 2**70
    logbook.flush()
    with logbook.open() as later:
        later.size = 3
    logbook.close()

    assert later.id in [each.id for each in log.latest()]
