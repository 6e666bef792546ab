"""Contacts are associated with the company that owns their e-mail domain."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from workers.actions import AssociateCompany, Contact, Event
from workers.actions.associate_company import CREATION_SPAN_S, associate_company

BORN = "2026-11-20T09:00:00.000Z"
BORN_AT = 1795165200.0
CREATED = Event("contact.creation", "1", "501", BORN_AT, "k")


def email_set(occurred_at: float) -> Event:
    kind = "contact.propertyChange"
    return Event(kind, "1", "501", occurred_at, "k2", "email", "ada@nordwind.de")


def changes_for(*events: Event, **properties: str | None) -> list[object]:
    known = {"email": "Ada@mail.nordwind.de", "associatedcompanyid": None}
    known |= {"company": None, "createdate": BORN, **properties}
    return list(associate_company(Contact("501", known), events))


def test_a_new_contact_gets_its_primary_company_by_domain() -> None:
    expected = [AssociateCompany("nordwind.de", True, "Nordwind", True)]
    assert expected == changes_for(CREATED)


def test_a_company_that_has_to_be_made_bears_the_name_the_contact_gives() -> None:
    expected = [AssociateCompany("nordwind.de", True, "Nordwind Holding", True)]
    assert expected == changes_for(CREATED, company=" Nordwind Holding ")


def test_a_new_contact_that_came_with_a_company_is_left_alone() -> None:
    assert changes_for(CREATED, associatedcompanyid="901") == []


@pytest.mark.parametrize("delay_s", [-1.0, 0.0, CREATION_SPAN_S])
def test_the_address_set_at_creation_counts_as_creation_even_if_it_comes_alone(
    delay_s: float,
) -> None:
    event = email_set(BORN_AT + delay_s)
    assert changes_for(event, associatedcompanyid="901") == []
    assert changes_for(event, CREATED, associatedcompanyid="901") == []


@pytest.mark.parametrize("createdate", [BORN, "2026-11-20T09:00:00Z", "", None, "soon"])
def test_a_later_address_adds_the_new_employer_and_keeps_the_primary(
    createdate: str | None,
) -> None:
    expected = [AssociateCompany("nordwind.de", True, "Nordwind", False)]
    event = email_set(BORN_AT + CREATION_SPAN_S + 1)
    given_ = {"associatedcompanyid": "901", "createdate": createdate}
    assert expected == changes_for(event, **given_)


def test_an_address_set_on_a_contact_without_a_company_makes_it_the_primary() -> None:
    expected = [AssociateCompany("nordwind.de", True, "Nordwind", True)]
    assert expected == changes_for(email_set(BORN_AT + 3_600))


@pytest.mark.parametrize(
    "email", [None, "", "ada@gmail.com", "a@co.uk", "a@10.0.0.1", "a@example.com"]
)
def test_an_address_of_no_business_associates_nothing(email: str | None) -> None:
    assert changes_for(CREATED, email=email) == []


@settings(deadline=None)
@given(st.text() | st.emails(), st.text(max_size=5), st.text(max_size=30))
def test_any_text_asks_for_a_named_company_or_nothing(
    email: str, company: str, createdate: str
) -> None:
    event = email_set(BORN_AT)
    known = {"email": email, "company": company, "createdate": createdate}
    for change in changes_for(CREATED, event, **known):
        assert isinstance(change, AssociateCompany)
        assert change.domain
        assert change.name.strip()


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ada@nordwind.at", "nordwind.de"),
        ("ada@mail.nordwind.at", "nordwind.de"),
        ("ada@lab.uni-nordwind.de", "lab.uni-nordwind.de"),
        ("ada@pc7.lab.uni-nordwind.de", "lab.uni-nordwind.de"),
        ("ada@collab.uni-nordwind.de", "uni-nordwind.de"),
        ("ada@acme.co.uk", "acme.co.uk"),
    ],
)
def test_aliases_and_subdomains_count_however_they_are_spelt(
    email: str, domain: str
) -> None:
    contact = Contact("501", dict.fromkeys(associate_company.reads) | {"email": email})
    spelt = {
        "aliases": {"Nordwind.AT": " NORDWIND.de"},
        "subdomains": ["Lab.Uni-Nordwind.de"],
    }

    (change,) = associate_company(contact, [CREATED], **spelt)

    assert isinstance(change, AssociateCompany)
    assert domain == change.domain


def test_an_alias_that_is_no_domain_is_refused() -> None:
    with pytest.raises(ValidationError, match="'nordwind' is no domain"):
        associate_company.completed({"aliases": {"nordwind.at": "Nordwind"}})
