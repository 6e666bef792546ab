"""Filters and pages: exactly the letters that are meant, each once, in order."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events.letter import Burial, DeadLetter
from app.repair import selection
from app.repair.filter import Filter, Unclear, moment, parse
from tests.integration.repair.conftest import PORTAL, Ward

ERRORS = ("refused", "bug"), ("", "Refused", "KeyError")
ACTIONS = ("", "tidy_name.tidy_name", "phones, owners")
TEXTS = ("No such option", "GRÜSSE an HubSpot")
CHANGE = {"subscriptionType": "contact.propertyChange", "propertyName": "email"}


def crowd(ward: Ward) -> dict[str, tuple[DeadLetter, set[str]]]:
    """Bury one letter of every kind; return them with the types of their events."""
    serial = iter(range(500, 1000))
    kinds = product(*ERRORS, ACTIONS, TEXTS, (False, True))
    typed: dict[str, set[str]] = {}
    for reason, error_class, action, text, changed in kinds:
        contact = next(serial) // 2  # two letters of most contacts
        ward.tell(contact, **(CHANGE if changed else {}))
        ward.die(
            burial=Burial("", reason, text, error_class=error_class, action=action)
        )
        newest = ward.services.dead.marks(PORTAL, most=1, newest_first=True)[0].id
        change = {"contact.propertyChange", "contact.propertyChange:email"}
        typed[newest] = change if changed else {"contact.creation"}
    ward.tell("five")
    every = {letter.id: letter for letter in ward.services.dead.all(PORTAL)}
    return {id_: (letter, typed.get(id_, set())) for id_, letter in every.items()}


def is_meant(letter: DeadLetter, kinds: set[str], asked: dict[str, str]) -> bool:
    """The filter in plain Python, condition by condition."""
    if "contact" in asked and letter.contact_id != asked["contact"]:
        return False
    if "errors" in asked:
        words = asked["errors"].split(",")
        if letter.reason not in words and letter.error_class not in words:
            return False
    if "action" in asked:
        wanted, names = asked["action"], letter.action.split(", ")
        if not any(n == wanted or n.split(".")[0] == wanted for n in names):
            return False
    if "type" in asked and asked["type"] not in kinds:
        return False
    return asked.get("text", "").casefold() in letter.error.casefold()


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "contact": st.sampled_from(["250", "255", "odd", "9"]),
        "errors": st.sampled_from(["bug", "Refused", "KeyError,refused", "Nope"]),
        "action": st.sampled_from(["tidy_name", "owners", "phones, owners", "x"]),
        "type": st.sampled_from(
            ["contact.creation", "contact.propertyChange:email", "contact.merge"]
        ),
        "text": st.sampled_from(["option", "grüsse AN", "HubSpot", "no such thing"]),
    },
)


def paged(ward: Ward, filter_: Filter, most: int, newest: bool = False) -> list[str]:
    """Read everything page by page."""
    found: list[str] = []
    after = ""
    while True:
        page = selection.page(ward.services, filter_, after, most, newest_first=newest)
        assert len(page.letters) <= most
        found += [letter.id for letter in page.letters]
        after = page.next
        if not after:
            return found


def test_a_filter_means_what_plain_python_means(ward: Ward) -> None:
    every = crowd(ward)

    @given(asked=CONDITIONS, most=st.integers(1, 40), newest=st.booleans())
    @settings(max_examples=100, deadline=None)
    def compare(asked: dict[str, str], most: int, newest: bool) -> None:
        expected = [id_ for id_, each in every.items() if is_meant(*each, asked)]
        found = paged(ward, parse({**asked, "portal": PORTAL}), most, newest)
        assert (expected[::-1] if newest else expected) == found

    compare()


def test_letters_of_one_moment_are_each_on_one_page(ward: Ward) -> None:
    ward.bury(*range(1, 501))
    every = [letter.id for letter in ward.services.dead.all(PORTAL)]
    assert 500 == len(set(every))

    assert every == paged(ward, Filter(portal=PORTAL), 7)


def test_what_is_replayed_between_two_pages_hides_no_other_letter(ward: Ward) -> None:
    ward.bury(*range(1, 101))
    every = [letter.id for letter in ward.services.dead.all(PORTAL)]
    first = selection.page(ward.services, Filter(portal=PORTAL), most=50)

    for letter in first.letters:
        ward.services.dead.replay(PORTAL, letter.id)
    second = selection.page(ward.services, Filter(), first.next, most=50)

    assert every[50:] == [letter.id for letter in second.letters]


def test_pages_go_on_from_one_portal_to_the_next(ward: Ward) -> None:
    for portal in ("1", "22", "3"):
        ward.bury(*range(1, 4), portal=portal)

    found = paged(ward, Filter(), 2)

    assert 9 == len(found)


def test_a_time_is_the_first_or_the_last_that_counts(ward: Ward) -> None:
    times: list[float] = []
    while len(times) < 3:  # the store counts milliseconds
        ward.bury(len(times) + 1)
        times = sorted({letter.buried_at for letter in ward.letters()})

    within = ward.letters(since=times[1], until=times[1])

    assert {times[1]} == {letter.buried_at for letter in within}


def test_a_page_reads_only_what_it_shows(ward: Ward) -> None:
    """However many letters there are: the store is never held up for long."""
    ward.bury(*range(1, 5_001))
    ward.store.config_resetstat()

    page = selection.page(ward.services, Filter(portal=PORTAL), most=100)

    calls = ward.store.info("commandstats")
    assert 100 == len(page.letters)
    assert 100 == calls["cmdstat_hgetall"]["calls"]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("2026-11-25T14:00", 1_795_615_200.0),
        ("2026-11-25T15:00+01:00", 1_795_615_200.0),
        ("1795615200", 1_795_615_200.0),
        (1_795_615_200, 1_795_615_200.0),
        ("2h", 2_800.0),
        ("90 m", 4_600.0),
    ],
)
def test_a_moment_can_be_said_in_many_ways(words: object, seconds: float) -> None:
    assert seconds == moment(words, now=10_000.0)


def test_a_filter_that_is_wrong_says_all_that_is_wrong() -> None:
    with pytest.raises(Unclear) as said:
        parse({"since": "yesterday-ish", "colour": "red", "portal": "1"})

    assert "since: 'yesterday-ish' is no time" in str(said.value)
    assert "colour: Unknown field." in str(said.value)
