"""A contact without a country gets that of its number, or of its domain if wanted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.actions import SetProperties, country_name, region_of
from workers.actions.country import country
from workers.testing import job_for


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ({"phone": "+49 30 901820"}, "Germany"),
        ({"phone": "0044 20 7946 0958"}, "United Kingdom"),
        ({"phone": "030", "mobilephone": "+43 664 1234567"}, "Austria"),
        ({"phone": "+1 416 555 0123 ext 7"}, "Canada"),
    ],
)
def test_the_first_number_that_tells_names_the_country(
    contact: dict[str, str], expected: str
) -> None:
    assert [SetProperties(country=expected).if_empty()] == job_for(country, contact)


@pytest.mark.parametrize(
    "contact",
    [
        {"phone": "+49 30 901820", "country": "Austria"},
        {"phone": "030 901820"},
        {"phone": "+49"},
        {"email": "ada@nordwind.de"},
        {},
    ],
)
def test_what_is_there_or_does_not_tell_changes_nothing(
    contact: dict[str, str],
) -> None:
    assert [] == job_for(country, contact)


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("ada@nordwind.co.uk", "United Kingdom"),
        ("ada@nordwind.de", "Germany"),
        ("ada@nordwind.io", ""),
        ("ada@nordwind.com", ""),
        ("ada@gmail.com", ""),
    ],
)
def test_the_domain_tells_only_if_it_is_asked(email: str, expected: str) -> None:
    changes = [SetProperties(country=expected).if_empty()] if expected else []
    assert changes == job_for(country, {"email": email}, from_domain=True)


def test_every_name_that_is_written_is_one_that_is_understood() -> None:
    for code in ("DE", "GB", "US", "CI", "KR", "TR"):
        assert code == region_of(country_name(code))


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_makes_it_stumble(phone: str, email: str) -> None:
    job_for(country, {"phone": phone, "email": email}, from_domain=True)
