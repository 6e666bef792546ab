"""`job_for` shows an action what a worker would show it, and is as strict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from workers.actions import Change, Contact, Event, Forward, SetProperties, reactor
from workers.testing import event_for, job_for

ON = ("contact.creation", "contact.deletion")


@reactor(on=ON, reads=("firstname",))
def farewell(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    if contact.deleted:
        yield Forward("https://example.com/", {"name": contact["firstname"]})
    else:
        yield SetProperties(firstname=contact["firstname"].upper())


def test_the_contact_and_what_happened_go_in_and_changes_come_out() -> None:
    assert [SetProperties(firstname="ADA")] == job_for(farewell, {"firstname": "Ada"})


def test_a_contact_that_was_deleted_can_be_read_no_more() -> None:
    gone = [event_for("contact.deletion")]

    (change,) = job_for(farewell, {"firstname": "Ada"}, gone)

    assert isinstance(change, Forward)
    assert {"name": ""} == change.payload


def test_events_that_the_action_is_not_there_for_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="not there for any of these events"):
        job_for(farewell, {}, [event_for("contact.merge")])


@pytest.mark.parametrize("rubbish", [7, "text", SetProperties(firstname=["a"])])  # type: ignore[arg-type]
def test_what_a_worker_would_refuse_fails_here_too(rubbish: Change) -> None:
    @reactor(on=ON, reads=())
    def careless(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield rubbish

    with pytest.raises(TypeError):
        job_for(careless, {})
