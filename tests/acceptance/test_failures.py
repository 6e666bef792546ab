"""When HubSpot refuses, breaks, limits or denies: who is hurt, and who is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import PORTAL, Service, start

ACTIONS = "tests.acceptance.troublesome_actions"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with troublesome actions, and little patience."""
    directory = tmp_path_factory.mktemp("failures")
    with start(
        directory,
        ACTION_MODULES=ACTIONS,
        LEASE_S="3",
        HTTP_TIMEOUT_S="2",
        PAUSE_S="0.5",
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(service: Service) -> Iterator[None]:
    """No test inherits the trouble of another."""
    yield
    service.control.clear_faults()
    service.services.throttle.resume(PORTAL)
    for letter in service.dead():
        service.services.dead.discard(PORTAL, letter.id)


def crowd(count: int, domain: str, **more: str) -> list[dict[str, str]]:
    return [
        {"email": f"p{n}@{domain}", "firstname": "ADA", "lastname": f"L{n}", **more}
        for n in range(count)
    ]


def test_one_poisoned_contact_among_a_hundred_fails_alone_and_can_be_replayed(
    service: Service,
) -> None:
    people = crowd(100, "giftmuehle-bau.de")
    people[41]["jobtitle"] = "NO SUCH STATUS"
    created = service.create(*people)
    service.until_quiet()

    healthy = [service.contact(c) for n, c in enumerate(created) if n != 41]
    assert all(contact["hs_pinned_engagement_id"] for contact in healthy)
    (letter,) = service.dead()
    assert (created[41], "refused") == (letter.contact_id, letter.reason)
    assert "NO SUCH STATUS was not one of the allowed options" in letter.error
    listed = service.command("dead", "list")
    assert created[41] in listed
    assert "was not one of the allowed options" in listed

    service.update(created[41], jobtitle="Miller")
    service.command("dead", "replay", f"{PORTAL}/{letter.id}")
    service.until_quiet()

    assert [] == service.dead()
    assert service.contact(created[41])["hs_pinned_engagement_id"]


def test_a_bug_in_an_action_buries_its_contact_with_file_and_line(
    service: Service,
) -> None:
    (bad, good) = service.create(
        {"email": "bug@kaefertal-druck.de", "firstname": "Bug"},
        {"email": "ok@kaefertal-druck.de", "firstname": "Ada"},
    )
    service.until(lambda: bool(service.contact(good)["hs_pinned_engagement_id"]))
    state = f"hk:{{{PORTAL}}}:live"
    while not service.dead():  # nobody wants to wait for the growing delays
        service.services.store.zadd(state, {bad: 0}, xx=True)

    (letter,) = service.dead()
    assert (bad, "bug", 3) == (letter.contact_id, letter.reason, letter.attempts)
    assert "ZeroDivisionError" in letter.detail
    assert "troublesome_actions.py" in letter.detail


def test_a_contact_that_kills_workers_is_buried_and_the_others_are_done(
    service: Service,
) -> None:
    people = crowd(30, "absturz-software.de")
    people[7]["firstname"] = "Segfault"
    created = service.create(*people)
    service.until(lambda: bool(service.dead()))
    service.until_quiet()

    (letter,) = service.dead()
    assert (created[7], "worker_died") == (letter.contact_id, letter.reason)
    healthy = [service.contact(c) for n, c in enumerate(created) if n != 7]
    assert all(contact["hs_pinned_engagement_id"] for contact in healthy)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "429_ten_secondly", "times": 1},
        {"kind": "429_secondly", "times": 1, "path": "*/search"},
        {"kind": "423", "times": 2},
        {"kind": "477", "times": 1, "retry_after_s": 2},
        {"kind": "500", "times": 1, "path": "*/batch/read"},
        {"kind": "502", "times": 1, "path": "*/notes/batch/create"},
        {"kind": "503", "times": 1, "path": "*/companies/batch/create"},
        {"kind": "timeout", "times": 1, "delay_s": 0.2},
        {"kind": "drop_after_write", "times": 1, "path": "*/notes/batch/create"},
        {"kind": "drop_after_write", "times": 1, "path": "*/companies/batch/create"},
        {"kind": "drop_after_write", "times": 1, "path": "*/contacts/batch/update"},
        {"kind": "slow", "times": 3, "delay_s": 1.0},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('path', '')}".strip(),
)
def test_a_bad_day_of_hubspot_loses_nothing_and_makes_nothing_twice(
    service: Service, fault: dict[str, object], request: pytest.FixtureRequest
) -> None:
    serial = abs(hash(request.node.name)) % 10**9
    domain = f"wetter-{serial}-ag.de"
    service.control.put_faults(fault)

    created = service.create(*crowd(5, domain))
    service.until_quiet()

    found = [service.contact(contact) for contact in created]
    notes = service.control.dump("notes")
    companies = service.control.dump("companies")
    welcomed = [
        link["id"]
        for note in notes
        for link in note["associations"].get("contacts", [])
    ]
    assert all(contact["firstname"] == "Ada" for contact in found)
    assert all(contact["hs_pinned_engagement_id"] for contact in found)
    assert [1] * 5 == [welcomed.count(contact) for contact in created]
    assert 1 == sum(c["properties"]["domain"] == domain for c in companies)
    assert [] == service.dead()


def test_a_refused_token_stops_the_portal_and_buries_nothing(service: Service) -> None:
    service.control.put_faults({"kind": "401"})
    (ada,) = service.create(
        {"email": "ada@schluesseldienst-nord.de", "firstname": "ADA"}
    )
    service.until(lambda: service.services.throttle.paused(PORTAL) is not None)

    doctor = service.command("doctor", check=False)
    assert "WRONG portal 20000001 paused" in doctor
    assert [] == service.dead()

    service.control.clear_faults()
    service.until_quiet()
    assert "Ada" == service.contact(ada)["firstname"]
