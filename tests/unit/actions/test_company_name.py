"""A contact without a company gets the name that its e-mail domain suggests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.actions import Contact, Event, SetProperties
from workers.actions.company_name import company_name

CREATED = Event("contact.creation", "1", "501", 1.0, "k")


def changes_for(email: str | None, company: str | None = None) -> list[object]:
    contact = Contact("501", {"email": email, "company": company})
    return list(company_name(contact, [CREATED]))


@pytest.mark.parametrize("company", [None, "", "  "])
def test_an_empty_company_is_named_after_the_email_domain(company: str | None) -> None:
    expected = [SetProperties(company="Nordwind Logistik")]
    assert expected == changes_for("ADA@mail.nordwind-logistik.co.uk", company)


def test_a_company_that_is_named_already_keeps_its_name() -> None:
    assert changes_for("ada@nordwind.de", "Nordwind Holding") == []


@pytest.mark.parametrize(
    "email",
    [None, "", "ada@gmail.com", "a@co.uk", "a@10.0.0.1", "a@example.com", "ada"],
)
def test_an_address_of_no_business_names_no_company(email: str | None) -> None:
    assert changes_for(email) == []


@settings(deadline=None)
@given(st.text() | st.emails(), st.text(max_size=3))
def test_what_is_written_is_a_name_and_is_written_once(
    email: str, company: str
) -> None:
    for change in changes_for(email, company):
        assert isinstance(change, SetProperties)
        assert change.values["company"].strip()
        assert changes_for(email, change.values["company"]) == []
