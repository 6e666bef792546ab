"""Which values are written: differences, policies, types, and what of rubbish."""

from __future__ import annotations

import time

import pytest

from tests.integration.machine.conftest import Machine
from workers.changes import SetProperties


def test_a_second_time_nothing_is_written(machine: Machine) -> None:
    """Although no action declares to read what it writes."""
    machine.settle_on(SetProperties(company="Acme", jobtitle=""))
    ada = machine.contact()
    machine.work(ada)
    before = machine.writes()

    machine.work(ada)

    assert "Acme" == machine.read(ada)["company"]
    assert before == machine.writes()


def test_only_if_empty_leaves_what_is_there(machine: Machine) -> None:
    machine.settle_on(SetProperties(company="Guess", city="Guess").if_empty())
    ada = machine.contact(company="Acme")

    machine.work(ada)

    found = machine.read(ada)
    assert ("Acme", "Guess") == (found["company"], found["city"])


def test_what_a_person_typed_is_not_written_over(machine: Machine) -> None:
    change = SetProperties(company="Ours", city="Ours").not_over_people()
    machine.settle_on(change)
    created = machine.sandbox.control.create(
        "contacts",
        [{"properties": {"lastname": "L", "company": "Import", "city": "Import"}}],
        source="IMPORT",
    )
    machine.edit(created[0], city="Typed")

    machine.work(created[0])

    found = machine.read(created[0])
    assert ("Ours", "Typed") == (found["company"], found["city"])


@pytest.mark.parametrize(("age_s", "expected"), [(3600, "Acme"), (-3600, "Newer")])
def test_newer_wins(machine: Machine, age_s: int, expected: str) -> None:
    change = SetProperties(company="Newer").if_newer(time.time() - age_s)
    machine.settle_on(change)
    ada = machine.contact(company="Acme")

    machine.work(ada)

    assert expected == machine.read(ada)["company"]


def test_values_take_the_form_of_their_type(machine: Machine) -> None:
    machine.settle_on(
        SetProperties(
            lifecyclestage="Marketing Qualified Lead",
            closedate="2026-11-20T10:00:00+01:00",
        )
    )
    ada = machine.contact()
    machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    found = machine.read(ada)
    assert "marketingqualifiedlead" == found["lifecyclestage"]
    assert found["closedate"].startswith("2026-11-20T09:00:00")
    assert before == machine.writes()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("no_such_thing", "x", "does not exist"),
        ("createdate", "2020-01-01", "is read-only"),
        ("hs_lead_status", "NO SUCH STATUS", "was not one of the allowed options"),
        ("city", "x" * 65_537, "65537 characters"),
    ],
)
def test_what_cannot_be_written_is_one_dead_letter_and_the_rest_is_written(
    machine: Machine, name: str, value: str, reason: str
) -> None:
    machine.settle_on(SetProperties(**{name: value, "company": "Acme"}))
    ada = machine.contact()
    machine.work(ada)
    machine.work(ada)

    (letter,) = machine.dead()
    assert "Acme" == machine.read(ada)["company"]
    assert ("refused", True) == (letter.reason, f"{name}: " in letter.error)
    assert reason in letter.error
    assert {"dropped"} == {remark.kind for remark in machine.remarks()}


def test_an_address_that_is_taken_does_not_stop_the_other_properties(
    machine: Machine,
) -> None:
    machine.contact(email="bob@quellhof-energie.de")
    machine.settle_on(SetProperties(email="BOB@quellhof-energie.de", company="Acme"))
    ada = machine.contact(email="ada@quellhof-energie.de")

    machine.work(ada)

    found = machine.read(ada)
    assert ("ada@quellhof-energie.de", "Acme") == (found["email"], found["company"])
    assert "email" in machine.dead()[0].error


def test_the_longest_value_that_hubspot_takes_is_written(machine: Machine) -> None:
    longest = "ä" * 65_536
    machine.settle_on(SetProperties(message=longest))
    ada = machine.contact()

    machine.work(ada)

    assert longest == machine.read(ada)["message"]


def test_a_token_that_may_not_read_definitions_still_writes(machine: Machine) -> None:
    machine.sandbox.control.put_faults({"kind": "403", "path": "*/properties/*"})
    machine.settle_on(SetProperties(company="Acme"))
    ada, bob = machine.contact(), machine.contact()

    machine.work(ada)
    machine.work(bob)
    machine.sandbox.control.clear_faults()

    paths = [each["path"] for each in machine.sandbox.control.requests()]
    assert 1 == sum("/properties/" in path for path in paths)
    assert "Acme" == machine.read(ada)["company"] == machine.read(bob)["company"]
    assert machine.services.throttle.paused(machine.portal) is None
