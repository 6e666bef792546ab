"""Phone numbers become E.164 where they can be told for sure."""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.actions import Contact, Event, SetProperties, region_of
from workers.actions import e164 as tidy
from workers.actions.tidy_phone import tidy_phone

CREATED = Event("contact.creation", "1", "501", 1.0, "k")


def changes_for(**properties: str) -> list[object]:
    empty = {"phone": None, "mobilephone": None, "country": None}
    return list(tidy_phone(Contact("501", {**empty, **properties}), [CREATED]))


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("030/90 18 20", "Deutschland", "+4930901820"),
        ("(0)30 901820", "DE", "+4930901820"),
        ("030–901820", "germany", "+4930901820"),
        ("44 20 7946 0958", "GB", "+442079460958"),
        ("2079460958", "GB", "+442079460958"),
        ("+49 (0)30 901820", "", "+4930901820"),
        ("+49030901820", "", "+4930901820"),
        ("++49 30 901820", "France", "+4930901820"),
        ("\u202a+49 30 901820\u202c", "", "+4930901820"),
        ("0044 (0)20 7946 0958", "", "+442079460958"),
        ("0044 20 7946 0958", "US", "+442079460958"),
        ("011 44 20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "UK", "+442079460958"),
        ("(415) 555-2671", "U.S.A.", "+14155552671"),
        ("415.555.2671", "United States", "+14155552671"),
        ("+39 02 1234567", "", "+39021234567"),
        ("011 15-2345-6789", "Argentina", "+5491123456789"),
        ("０３-３２２４-９９９９", "日本", "+81332249999"),
    ],
)
def test_a_valid_number_becomes_e164(text: str, country: str, expected: str) -> None:
    assert [SetProperties(phone=expected)] == changes_for(phone=text, country=country)


@pytest.mark.parametrize(
    "text",
    [
        *("(415) 555-2671 x12", "415-555-2671 ext. 12", "+1 415 555 2671 #12"),
        *("tel:+1-415-555-2671;ext=12", "4155552671, extension 12"),
    ],
)
def test_an_extension_is_kept_behind_ext(text: str) -> None:
    assert tidy(text, "US") == "+14155552671 ext 12"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        *(("030 901820", ""), ("030 901820", "Atlantis"), ("2079460958", "Congo")),
        *(("12345", "DE"), ("0", "DE"), ("+", ""), ("00", ""), ("   ", "DE")),
        *(("+1 123 456 7890", ""), ("+999 123 456 789", ""), ("1-800-FLOWERS", "US")),
        *(("call Ada", "DE"), ("030 901820 ask for Ada", "DE"), ("🎉", "DE")),
        *(("040 12345 / 12346", "DE"), ("030 901820, 030 901821", "DE")),
        *(("901820", "DE"), ("5551234", "DE"), ("49 30 901820", "DE")),
        *(("020100000000000", "DE"), ("+4920100000000000", "")),
        *(("+4930901820", ""), ("+14155552671 ext 12", "DE")),
    ],
)
def test_what_is_not_surely_one_number_is_left_as_it_is(
    text: str, country: str
) -> None:
    assert changes_for(phone=text, mobilephone=text, country=country) == []


def test_both_numbers_are_tidied_and_only_what_differs_is_written() -> None:
    assert [SetProperties(mobilephone="+491713920012")] == changes_for(
        phone="+4930901820", mobilephone="0171 3920012", country="DE"
    )


@pytest.mark.parametrize(
    ("country", "region"),
    [
        *(("UK", "GB"), ("the Netherlands", "NL"), ("Cote d’Ivoire", "CI")),
        *(("de", "DE"), (" Österreich ", "AT"), ("OSTERREICH", "AT"), ("u.s.", "US")),
        *(("Trinidad & Tobago", "TT"), ("대한민국", "KR"), ("", None), ("Congo", None)),
    ],
)
def test_a_country_is_known_by_code_name_and_alias(
    country: str, region: str | None
) -> None:
    assert region == region_of(country)


@pytest.mark.parametrize(
    "region", sorted(phonenumbers.SUPPORTED_REGIONS - {"AC", "TA"})
)
def test_every_region_with_numbers_of_its_own_is_known_by_its_code(region: str) -> None:
    assert region == region_of(region)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("part", ["1", "+", " ", "(", "1/", "x1", "ext", "-", "🎉"])
def test_a_huge_value_is_left_alone_at_once(part: str) -> None:
    huge = (part * 65_536)[:65_536]
    assert changes_for(phone=huge, mobilephone="0", country=huge) == []


COUNTRIES = st.sampled_from(["", "DE", "US", "Italy", "AR", "MX", "JP", "Congo"])
NUMBERS = st.one_of(
    st.text(),
    st.text(alphabet="0123456789+()/-. x#", max_size=25),
    st.from_regex(
        re.compile(r"(\+|00|0)[1-9][0-9 ]{6,14}( x[0-9]{1,5})?", re.A), fullmatch=True
    ),
)


@settings(deadline=None, max_examples=400)
@given(NUMBERS, COUNTRIES)
def test_tidying_a_tidy_number_changes_nothing(text: str, country: str) -> None:
    once = tidy(text, country)
    assert once == tidy(once, country)


@settings(deadline=None, max_examples=400)
@given(NUMBERS, COUNTRIES)
def test_whatever_is_written_is_a_valid_number(text: str, country: str) -> None:
    tidied = tidy(text, country)
    if tidied != text:
        assert re.fullmatch(r"\+[1-9][0-9]{4,14}( ext [0-9]{1,7})?", tidied)
        assert phonenumbers.is_valid_number(phonenumbers.parse(tidied))
