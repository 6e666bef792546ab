"""A backfill of a hundred thousand contacts goes on where a kill -9 has left it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.acceptance.conftest import PORTAL, start
from tests.acceptance.sweeping import kill_when

CONTACTS = 100_000
FIRST_ID = 700_000_000_000
# One rule that looks at every contact and has nothing to do: what is measured is the
# way over all of them, into the inbox and through it, with a read of each.
RULE = """
[[rule]]
name = "sites of those who have none"
action = "company_website"
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_hundred_thousand_are_gone_over_once_though_it_is_killed_twice(
    tmp_path: Path,
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULE)
    unlimited = {"RATE_CALLS": "0", "RATE_SEARCHES": "0", "LINGER_S": "0"}
    with start(tmp_path / "run", RULES_FILE=str(rules), **unlimited) as service:
        service.control.put_limits(plan="unlimited", search_lag_s=0)
        began = time.monotonic()
        service.control.seed(
            "contacts",
            (
                {"id": str(FIRST_ID + n), "email": f"p{n}@x.de", "website": "x.de"}
                for n in range(CONTACTS)
            ),
        )
        seeded = time.monotonic()

        left = [
            kill_when(service, lambda s, n=n: s.found >= n, "backfill")
            for n in (20_000, 60_000)
        ]
        told = service.command("backfill")
        walked = time.monotonic()
        service.until_quiet()
        quiet = time.monotonic()

        counts = service.services.books.counts(PORTAL)
        print(told, counts, service.control.summary()["by_route"])
        print(f"seeded in {seeded - began:.1f} s, gone over in {walked - seeded:.1f} s")
        print(f"worked off {quiet - walked:.1f} s later, kills at {left}")
        assert f"goes on after {left[-1].found:,} of 100,000 contacts" in told
        assert "100,000 contacts were put in" in told
        assert CONTACTS == counts["accepted"] == counts["settled"]
        assert CONTACTS == counts["contacts_unchanged"]
        assert 1 == len({sweep.id for sweep in left})
