"""What stops two who write back what the other wrote over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.cli import doctor
from app.events.model import Event
from tests.integration.machine.conftest import Machine
from workers.action import Action, reactor
from workers.changes import Change, SetProperties
from workers.contact import Contact

CHANGE = "contact.propertyChange"


def mirror(name: str, turned: dict[str, str]) -> Action:
    """Return an action that makes of each value the one it is turned into."""

    @reactor(on=(f"{CHANGE}:{name}",), reads=(name,))
    def turn(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield SetProperties(**{name: turned.get(contact[name], contact[name])})

    return turn


def turning(name: str, *, on: str) -> Action:
    """Return an action that turns a property over whenever another one changes."""

    @reactor(on=(f"{CHANGE}:{on}",), reads=(name,))
    def turn(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield SetProperties(**{name: "1" if contact[name] == "0" else "0"})

    return turn


def fight(machine: Machine, ada: str, rounds: int) -> int:
    """Let another program write back what it wants; return how often we won."""
    won = 0
    for _ in range(rounds):
        machine.edit(ada, city="Bonn")
        machine.tell(ada, CHANGE, propertyName="city", propertyValue="Bonn")
        machine.work()
        won += machine.read(ada)["city"] == "Berlin"
    return won


def test_a_fight_with_another_program_stops_within_ten_rounds_and_is_shown(
    machine: Machine,
) -> None:
    machine.follow(mirror("city", {"Bonn": "Berlin"}), name="capital")
    ada = machine.contact()

    assert 5 == fight(machine, ada, 10)

    remark = machine.remarks()[0]
    assert ("frozen", ada) == (remark.kind, remark.contact_id)
    assert "city" in remark.text
    assert "'Bonn' -> 'Berlin' (capital)" in remark.text
    assert machine.services.books.counts(machine.portal)["remarks:frozen"] == 5
    (finding,) = doctor.fights(machine.services, machine.portal)
    assert not finding.good
    assert f"contact {ada}: city swings to and fro" in finding.seen


def test_a_fight_about_one_property_leaves_the_others_alone(machine: Machine) -> None:
    machine.follow(mirror("city", {"Bonn": "Berlin"}))
    ada = machine.contact()
    fight(machine, ada, 7)
    machine.settle_on(SetProperties(company="Acme"), on=(CHANGE,))

    fight(machine, ada, 1)

    assert "Acme" == machine.read(ada)["company"]
    assert "Bonn" == machine.read(ada)["city"]


def test_two_rules_that_fight_stop_within_ten_rounds_and_are_shown(
    machine: Machine,
) -> None:
    """Each turns over what the other one waits for."""
    machine.follow(turning("state", on="city"), name="north")
    machine.follow(turning("city", on="state"), name="south")
    ada = machine.contact(city="0", state="0")
    told, rounds = "city", 0
    before = dict(machine.read(ada))
    while rounds < 30:
        machine.tell(ada, CHANGE, propertyName=told, propertyValue=before[told])
        machine.work()
        now = machine.read(ada)
        told = "state" if told == "city" else "city"
        if now[told] == before[told]:
            break
        before, rounds = dict(now), rounds + 1

    assert 10 == rounds
    text = machine.remarks()[0].text
    assert "state swings to and fro" in text
    assert "'0' -> '1' (north); '1' -> '0' (north)" in text


def test_an_event_that_only_repeats_our_own_write_costs_no_call(
    machine: Machine,
) -> None:
    """Where nobody told us the id of our own app."""
    machine.settle_on(SetProperties(city="Berlin"))
    machine.settle_on(SetProperties(company="Acme"), on=(CHANGE,))
    ada = machine.contact()
    machine.work(ada)
    calls = machine.sandbox.control.summary()["total"]

    machine.tell(
        ada,
        CHANGE,
        propertyName="city",
        propertyValue="Berlin",
        changeSource="INTEGRATION",
        sourceId="4711",
    )
    machine.work()

    assert calls == machine.sandbox.control.summary()["total"]
    assert "" == machine.read(ada)["company"]
