"""All the actions together, over the sandbox's ugly people."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from app.sandbox.people import people
from workers.actions import Contact, Event, SetProperties, business_domain
from workers.registry import discover

CREATED = Event("contact.creation", "1", "501", 1.0, "k")
ACTIONS = [action for action in discover() if action.default]
READS = {name for action in ACTIONS for name in action.reads_with({})}


def enriched(properties: dict[str, str | None]) -> dict[str, str | None]:
    """Return the properties as they are after one round of all actions."""
    after = dict(properties)
    for action in ACTIONS:
        for change in action(Contact("501", after), [CREATED]):
            if isinstance(change, SetProperties):
                after |= change.values
    return after


def test_the_actions_are_found_in_their_order() -> None:
    expected = ["company_name", "company_website", "country", "seniority"]
    expected += ["tidy_name", "tidy_phone", "time_zone"]
    expected += ["associate_company", "pin_activity"]
    assert expected == [action.name.partition(".")[0] for action in ACTIONS]


def test_a_second_round_finds_nothing_left_to_write() -> None:
    for person in people(1_000):
        once = enriched({**dict.fromkeys(READS), **person})
        assert once == enriched(once)


def test_the_same_seed_gives_the_same_people_however_many_are_asked_for() -> None:
    assert list(people(50)) == list(islice(people(400), 50))
    assert list(people(50)) != list(people(50, seed=1))


def test_every_record_is_one_that_hubspot_accepts() -> None:
    everybody = list(people(2_000))
    emails = [person["email"] for person in everybody]
    assert len(everybody) == len({email.lower() for email in emails})
    address = re.compile(r"[A-Za-z0-9.+]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
    assert all(address.fullmatch(email) for email in emails)
    assert max(len(v) for person in everybody for v in person.values()) == 65_536


def test_many_share_few_companies_and_a_fifth_use_free_mail() -> None:
    domains = Counter(business_domain(person["email"]) for person in people(1_000))
    assert 150 < domains.pop("") < 250
    assert 80 < len(domains) < 160
    (_, largest), *_ = domains.most_common(1)
    assert 20 < largest < 250
