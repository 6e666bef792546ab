"""One letter at a time: shown whole, edited, replayed, discarded, taken elsewhere."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import redis

from app.events.letter import Burial
from app.repair import letters, plan, transfer
from app.repair.audit import Audit
from app.repair.filter import Filter, Unclear
from app.repair.order import DISCARD
from tests.integration.repair.conftest import ME, PORTAL, Ward

EVENT: dict[str, Any] = {
    "eventId": 900,
    "portalId": int(PORTAL),
    "subscriptionType": "contact.creation",
    "objectId": 601,
    "occurredAt": 1_795_166_400_123,
}
BURIAL = Burial(
    "",
    "bug",
    "oops",
    "Traceback: ...",
    error_class="KeyError",
    category="VALIDATION_ERROR",
    correlation_id="abc-123",
    location="/srv/shop.py:7",
    action="discount",
)


def only(ward: Ward) -> str:
    """Return the id of the only letter."""
    (letter,) = ward.letters()
    return letter.id


def taken(ward: Ward) -> list[tuple[str, int]]:
    """Take all that waits in hand; return contact and event id of each event."""
    claim = ward.services.inbox.claim(PORTAL, "t", 100)
    return [
        (each.contact_id, event.raw["eventId"])
        for each in claim.contacts
        for event in each.events
    ]


def test_a_letter_holds_all_that_is_known(ward: Ward) -> None:
    ward.bury(501, burial=BURIAL)

    view = letters.view(ward.services, PORTAL, only(ward))

    letter = view.letter
    assert ("bug", "oops", "KeyError") == (
        letter.reason,
        letter.error,
        letter.error_class,
    )
    assert ("VALIDATION_ERROR", "abc-123") == (letter.category, letter.correlation_id)
    assert ("/srv/shop.py:7", "discount") == (letter.location, letter.action)
    assert "bug at /srv/shop.py:7 (discount). Mend it" in view.advice
    assert [501] == [held.original["objectId"] for held in view.held]


def test_a_replay_takes_the_edited_form_and_the_original_stays_beside_it(
    ward: Ward,
) -> None:
    ward.tell("five-o-one")
    letter = only(ward)
    with pytest.raises(ValueError, match="still unreadable"):
        ward.services.dead.replay(PORTAL, letter)

    letters.edit(ward.services, PORTAL, letter, 0, EVENT, ME)

    (held,) = letters.view(ward.services, PORTAL, letter).held
    assert ("five-o-one", 601) == (held.original["objectId"], held.edited["objectId"])
    assert 1 == letters.replay(ward.services, PORTAL, [letter], ME).events
    assert [("601", 900)] == taken(ward)
    assert ["replay", "edit"] == [x.what for x in Audit(ward.services).latest(PORTAL)]
    ward.check()


def test_an_edit_can_be_undone(ward: Ward) -> None:
    ward.bury(501)
    letters.edit(ward.services, PORTAL, only(ward), 0, EVENT, ME)
    letters.edit(ward.services, PORTAL, only(ward), 0, None, ME)

    assert None is letters.view(ward.services, PORTAL, only(ward)).held[0].edited
    letters.replay(ward.services, PORTAL, [only(ward)], ME)
    assert [("501", 1)] == taken(ward)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"portalId": 7}, "of portal 7, the letter of 20000001"),
        ({"objectId": "x"}, "no event: no HubSpot id"),
        ({"subscriptionType": "company.creation"}, "about a company"),
    ],
)
def test_an_edit_that_is_no_event_of_the_portal_is_refused(
    ward: Ward, change: dict[str, object], said: str
) -> None:
    ward.bury(501)

    with pytest.raises(Unclear, match=said):
        letters.edit(ward.services, PORTAL, only(ward), 0, {**EVENT, **change}, ME)

    assert 0 == ward.letters()[0].edited


def test_an_edit_needs_a_letter_and_an_event(ward: Ward) -> None:
    ward.bury(501)

    with pytest.raises(LookupError, match="has no event 1"):
        letters.edit(ward.services, PORTAL, only(ward), 1, EVENT, ME)
    with pytest.raises(LookupError, match="no dead letter 99"):
        letters.edit(ward.services, PORTAL, "99", 0, EVENT, ME)


def test_nothing_is_left_of_an_edit_when_its_letter_is_gone(ward: Ward) -> None:
    ward.bury(501)
    letter = only(ward)
    letters.edit(ward.services, PORTAL, letter, 0, EVENT, ME)

    letters.discard(ward.services, PORTAL, [letter], ME, "a test")

    assert [] == list(ward.store.scan_iter("*dead_*"))
    (line,) = [x for x in Audit(ward.services).latest(PORTAL) if x.what == "discard"]
    assert (ME, letter, 1, 1, "a test") == (
        line.who,
        line.which,
        line.letters,
        line.events,
        line.note,
    )


def test_an_event_of_another_object_is_not_taken_for_a_contacts(ward: Ward) -> None:
    """A newer version may be able to read what an older one could not."""
    item = {**EVENT, "subscriptionType": "company.creation"}
    line = {
        "portal": PORTAL,
        "id": "1",
        "contact_id": "odd",
        "reason": "unreadable",
        "error": "?",
        "buried_at": 1.0,
        "raw": [item],
    }
    transfer.take_in(ward.services, [orjson.dumps(line).decode()], ME)

    outcome = letters.replay(ward.services, PORTAL, [only(ward)], ME)

    assert "about a company, not a contact" in outcome.problems[only(ward)]
    ward.check()


def filled(ward: Ward) -> list[str]:
    """Let letters of all sorts be there; return their export."""
    ward.bury(501, 502, burial=BURIAL)
    ward.tell("odd")
    ward.tell(503)
    ward.tell(503, propertyName="email", subscriptionType="contact.propertyChange")
    ward.die()
    ward.services.dead.replay(PORTAL, ward.letters(contact="503")[0].id)
    ward.die()
    edited = ward.letters(contact="502")[0].id
    letters.edit(ward.services, PORTAL, edited, 0, EVENT, ME)
    return list(transfer.export(ward.services, Filter()))


def essence(lines: list[str]) -> list[dict[str, Any]]:
    """Return what must survive: everything but the name within a store."""
    read = [orjson.loads(line) for line in lines]
    return [{k: v for k, v in each.items() if k != "id"} for each in read]


def test_what_is_exported_comes_back_whole_into_an_empty_store(ward: Ward) -> None:
    exported = filled(ward)
    assert 4 == len(exported)
    ward.store.flushall()

    done = transfer.take_in(ward.services, exported, ME)

    assert (4, 5, 0) == (done.letters, done.events, done.here_already)
    again = list(transfer.export(ward.services, Filter()))
    key = orjson.dumps
    assert sorted(map(key, essence(exported))) == sorted(map(key, essence(again)))
    ward.check()
    counts = ward.services.books.counts(PORTAL)
    assert (5, 5) == (counts["accepted"], counts["dead"])


def test_a_letter_is_taken_in_once_however_often_it_is_imported(ward: Ward) -> None:
    exported = filled(ward)
    assert 4 == transfer.take_in(ward.services, exported, ME).here_already

    ward.carry_out(ward.order(DISCARD), lambda o: not o.is_active)
    assert 4 == transfer.take_in(ward.services, exported, ME).letters
    again = list(transfer.export(ward.services, Filter()))

    assert 4 == transfer.take_in(ward.services, exported, ME).here_already
    assert 4 == transfer.take_in(ward.services, again, ME).here_already
    assert 4 == len(ward.letters())
    ward.check()


def test_an_imported_letter_can_be_replayed(ward: Ward) -> None:
    exported = filled(ward)
    ward.store.flushall()
    transfer.take_in(ward.services, exported, ME)

    (letter,) = ward.letters(contact="502")
    letters.replay(ward.services, PORTAL, [letter.id], ME)

    assert [("601", 900)] == taken(ward)
    ward.check()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"portal": "7"}, "an event of portal 20000001 is in it"),
        ({"raw": []}, "raw"),
        ({"contact_id": "Ada"}, "contact_id"),
        ({"edits": {"5": EVENT}}, "no such event"),
        ({"edits": {"0": {"objectId": 1}}}, "portal 0 is in it"),
    ],
)
def test_a_line_that_is_no_letter_is_named(
    ward: Ward, change: dict[str, object], said: str
) -> None:
    lines = filled(ward)
    ward.store.flushall()
    lines[1] = orjson.dumps({**orjson.loads(lines[1]), **change}).decode()

    with pytest.raises(Unclear, match=f"line 2 is no dead letter: .*{said}"):
        transfer.take_in(ward.services, lines, ME)

    assert 1 == len(list(ward.services.dead.all(PORTAL)))
    ward.check()


def test_what_is_no_json_is_named_too(ward: Ward) -> None:
    with pytest.raises(Unclear, match="line 2 is no dead letter"):
        transfer.take_in(ward.services, ["\n", "{"], ME)


def test_a_plan_counts_and_predicts(ward: Ward, store: redis.Redis) -> None:
    for contact in range(1, 101):
        ward.tell(contact)
    ward.settle()
    for _ in range(6):
        ward.services.books.record_call(PORTAL, "POST /crm/batch/read", 100)
    ward.bury(*range(201, 301), burial=BURIAL)
    ward.tell(201)
    ward.die()

    (made,) = plan.make(ward.services, Filter(), rate=50)

    assert (101, 101, 100) == (made.letters, made.events, made.contacts)
    assert {"KeyError": 100, "Refused": 1} == made.errors
    assert 3 == len(made.sample)
    # Six calls for the 201 times a contact was in hand: three for a hundred contacts.
    assert 3 == made.calls
    assert 101 / 50 == made.seconds
    # Of a hundred calls per ten seconds, the default.
    assert pytest.approx(3 / (10 * made.seconds)) == made.allowance
    assert None is made.day


def test_a_plan_of_what_was_never_worked_off_promises_nothing(ward: Ward) -> None:
    ward.bury(1)

    (made,) = plan.make(ward.services, Filter())

    assert (None, None) == (made.calls, made.allowance)


def test_a_plan_says_when_there_is_more_than_it_counted(ward: Ward) -> None:
    ward.bury(*range(1, 11))

    (made,) = plan.make(ward.services, Filter(), most=4)
    assert (4, False) == (made.letters, made.complete)

    for most in (10, 11):
        (made,) = plan.make(ward.services, Filter(), most=most)
        assert (10, True) == (made.letters, made.complete)


def test_there_is_a_plan_for_each_portal_with_letters_that_are_meant(
    ward: Ward,
) -> None:
    ward.bury(1, portal="1")
    ward.bury(2, portal="2", burial=BURIAL)
    ward.tell(3, portal="3")

    assert ["2"] == [
        x.portal for x in plan.make(ward.services, Filter(errors=("bug",)))
    ]
    assert 2 == len(plan.make(ward.services, Filter()))
