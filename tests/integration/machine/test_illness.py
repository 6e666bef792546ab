"""Is it the contact, or the whole portal? One cheap call tells, and ends it again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.events.illness import Illness, Kind
from tests.integration.machine.conftest import Machine
from workers import checkup
from workers.changes import SetProperties
from workers.reconcile import reconcile
from workers.ticker import Ticker, Waker

CHECK = "/account-info/v3/details"
READ, UPDATE = "*/batch/read", "*/batch/update"


@pytest.fixture
def machine(machine: Machine) -> Iterator[Machine]:
    """A portal that rests for a moment only, and wants a job title."""
    machine.more = {"pause_s": 0.05}
    machine.settle_on(SetProperties(jobtitle="CTO"))
    yield machine
    machine.sandbox.control.clear_faults()


def look(machine: Machine, on_recovery: checkup.OnRecovery = checkup.do_nothing) -> int:
    """Let a worker look once; return how many contacts it took in hand."""
    return reconcile(
        machine.services, machine.rules, machine.portal, on_recovery=on_recovery
    )


def ailing(machine: Machine) -> Illness | None:
    return machine.services.illnesses.illness_of(machine.portal)


def let_pause_end(machine: Machine) -> None:
    machine.services.throttle.resume(machine.portal)


def state(machine: Machine, contact: str) -> dict[str, str]:
    raw = machine.store.hgetall(f"hk:{{{machine.portal}}}:state:{contact}")
    return {name.decode(): value.decode() for name, value in raw.items()}


def due_in_s(machine: Machine, contact: str) -> float:
    score = machine.store.zscore(f"hk:{{{machine.portal}}}:live", contact)
    return float(score) / 1000 - time.time()


def asked(machine: Machine) -> int:
    """Return how often HubSpot was asked how it is."""
    return sum(each["path"] == CHECK for each in machine.sandbox.control.requests())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("500", Kind.OUTAGE),
        ("502", Kind.OUTAGE),
        ("timeout", Kind.OUTAGE),
        ("401", Kind.DENIED),
        ("403", Kind.DENIED),
        ("429_daily", Kind.DAILY_LIMIT),
    ],
)
def test_what_hits_every_call_is_the_portals_illness_and_costs_no_attempt(
    machine: Machine, fault: str, kind: Kind
) -> None:
    contact = machine.contact()
    machine.tell(contact)
    machine.sandbox.control.put_faults({"kind": fault, "delay_s": 0.01})

    assert 1 == look(machine)
    illness = ailing(machine)

    assert illness is not None
    assert (kind, 0) == (illness.kind, illness.checks)
    assert abs(time.time() - illness.since) < 60
    assert illness.reason
    assert "0" == state(machine, contact)["attempts"]
    paused = machine.services.throttle.paused(machine.portal)
    assert paused is not None
    assert kind.words in paused[1]


@pytest.mark.parametrize("fault", ["500", "timeout"])
def test_a_call_that_fails_while_hubspot_is_well_counts_as_an_attempt(
    machine: Machine, fault: str
) -> None:
    contact = machine.contact()
    machine.tell(contact)
    trouble = {"kind": fault, "delay_s": 0.01, "path": READ}
    machine.sandbox.control.put_faults(trouble)
    look(machine)

    assert ailing(machine) is None
    assert "1" == state(machine, contact)["attempts"]
    assert machine.services.throttle.paused(machine.portal) is None


def test_an_ill_portal_is_asked_with_one_call_and_nobody_takes_contacts_in_hand(
    machine: Machine,
) -> None:
    for _ in range(3):
        machine.tell(machine.contact())
    machine.sandbox.control.put_faults({"kind": "503"})
    look(machine)
    machine.sandbox.control.forget_requests()

    for _ in range(5):
        let_pause_end(machine)
        assert 0 == look(machine)

    requests = machine.sandbox.control.requests()
    assert [CHECK] * 5 == [each["path"] for each in requests]
    illness = ailing(machine)
    assert illness is not None
    assert 5 == illness.checks
    left_s = machine.services.throttle.paused(machine.portal)
    # It doubled from 0.05 s up to twelve times as long.
    assert left_s is not None
    assert 0.3 < left_s[0] <= 0.6


def test_only_one_of_many_workers_asks(machine: Machine) -> None:
    machine.tell(machine.contact())
    machine.sandbox.control.put_faults({"kind": "503"})
    look(machine)
    machine.sandbox.control.put_faults({"kind": "slow", "delay_s": 0.5, "path": CHECK})
    machine.sandbox.control.forget_requests()
    let_pause_end(machine)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: look(machine), range(8)))

    assert [1] == [contacts for contacts in taken if contacts]
    assert 1 == asked(machine)


def test_a_portal_that_is_well_again_is_worked_on_at_once_and_the_hook_is_called(
    machine: Machine,
) -> None:
    contacts = [machine.contact() for _ in range(3)]
    for contact in contacts:
        machine.tell(contact)
    machine.sandbox.control.put_faults({"kind": "401"})
    look(machine)
    machine.sandbox.control.clear_faults()
    let_pause_end(machine)
    hooked: list[tuple[str, Kind]] = []

    taken = look(machine, lambda portal, was: hooked.append((portal, was.kind)))

    assert 3 == taken
    assert ["CTO"] * 3 == [machine.read(contact)["jobtitle"] for contact in contacts]
    assert [(machine.portal, Kind.DENIED)] == hooked
    assert ailing(machine) is None
    assert machine.services.books.law(machine.portal).holds


def test_a_hook_that_fails_keeps_nobody_ill(machine: Machine) -> None:
    machine.tell(machine.contact())
    machine.sandbox.control.put_faults({"kind": "503"})
    look(machine)
    machine.sandbox.control.clear_faults()
    let_pause_end(machine)

    def fail(portal: str, was: Illness) -> None:
        raise ZeroDivisionError

    assert 1 == look(machine, fail)
    assert ailing(machine) is None


def test_a_round_that_ends_just_after_the_outage_is_part_of_it(
    machine: Machine,
) -> None:
    """Its calls failed while HubSpot was down; another worker found it well since."""
    contact = machine.contact()
    machine.tell(contact)
    illnesses = machine.services.illnesses
    illnesses.suffer(machine.portal, Kind.OUTAGE, "503", again=False)
    illnesses.end(machine.portal, recent_s=60)
    machine.sandbox.control.put_faults({"kind": "500", "path": READ})

    look(machine)

    assert "0" == state(machine, contact)["attempts"]
    assert 2 < due_in_s(machine, contact) <= 5


def test_an_ill_portal_with_nothing_to_do_is_found_well(machine: Machine) -> None:
    """Its dead letters may be waiting for just that."""
    machine.services.inbox.accept([])
    machine.store.sadd("hk:portals", machine.portal)
    illnesses = machine.services.illnesses
    illnesses.suffer(machine.portal, Kind.OUTAGE, "503", again=False)
    woken: list[str] = []

    Ticker(machine.services, Waker(machine.services, woken.append)).tick()
    look(machine)

    assert [machine.portal] == woken
    assert ailing(machine) is None


def test_one_missing_scope_does_not_stop_the_portal(machine: Machine) -> None:
    contact = machine.contact()
    machine.tell(contact)
    machine.sandbox.control.put_faults({"kind": "403", "path": UPDATE})
    look(machine)
    tidy = machine.contact(jobtitle="CTO")
    machine.tell(tidy)

    assert 1 == look(machine)
    law = machine.services.books.law(machine.portal)
    assert (1, 1, 0) == (law.settled, law.waiting, law.dead)
    assert ailing(machine) is None
    assert "0" == state(machine, contact)["attempts"]
    assert 2 < due_in_s(machine, contact) <= 5
    complaint = machine.services.illnesses.complaint_of(machine.portal)
    assert complaint is not None
    assert "scope" in complaint.reason


def test_a_denied_call_is_tried_ever_more_rarely(machine: Machine) -> None:
    contact = machine.contact()
    machine.tell(contact)
    machine.sandbox.control.put_faults({"kind": "403", "path": UPDATE})
    look(machine)
    key = f"hk:{{{machine.portal}}}:complaint"
    machine.store.hincrby(key, "since", -100_000)

    machine.rush()
    look(machine)

    assert 50 < due_in_s(machine, contact) <= 101
    machine.sandbox.control.clear_faults()
    machine.work()
    assert "CTO" == machine.read(contact)["jobtitle"]


def test_a_daily_limit_is_waited_for_until_midnight_in_the_account(
    machine: Machine,
) -> None:
    machine.work(machine.contact())  # so that the account's clock is known
    midnight_s = machine.services.clients.until_midnight(machine.portal)
    assert midnight_s is not None
    machine.tell(machine.contact())
    machine.sandbox.control.put_faults({"kind": "429_daily"})

    look(machine)

    paused = machine.services.throttle.paused(machine.portal)
    assert paused is not None
    assert paused[0] <= min(600, midnight_s + 1)
    assert paused[0] > min(600, midnight_s + 1) - 5
    let_pause_end(machine)
    machine.sandbox.control.clear_faults()
    assert 1 == look(machine)
