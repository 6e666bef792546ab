"""Contacts without a pin get their newest activity pinned; new ones a welcome."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.actions import Contact, Event, LogActivity, PinLatest
from workers.actions.pin_activity import pin_activity

KINDS = ("notes", "meetings", "calls")
CREATED = Event("contact.creation", "1", "501", 1.0, "k")
ASSOCIATED = Event("contact.associationChange", "1", "501", 2.0, "k2")


def changes_for(*events: Event, **properties: str | None) -> list[object]:
    known = {"hs_pinned_engagement_id": None, "firstname": None, "lastname": None}
    return list(
        pin_activity(Contact("501", {**known, "email": None, **properties}), events)
    )


def welcome_for(**properties: str | None) -> LogActivity:
    (change,) = changes_for(CREATED, **properties)
    assert isinstance(change, PinLatest)
    assert change.otherwise is not None
    return change.otherwise


def test_a_contact_that_has_a_pin_is_left_alone() -> None:
    assert changes_for(CREATED, ASSOCIATED, hs_pinned_engagement_id="777") == []


def test_a_new_contact_is_welcomed_by_name_in_a_note_of_its_own_key() -> None:
    note = welcome_for(firstname="Anna-Lena", lastname="von Hagen", email="a@b.de")
    assert note.key == "welcome"
    assert "<strong>Anna-Lena von Hagen</strong>" in note.properties["hs_note_body"]


@pytest.mark.parametrize(
    "event",
    [
        ASSOCIATED,
        Event(
            "contact.propertyChange", "1", "501", 2.0, "k", "notes_last_updated", "1"
        ),
        Event("contact.propertyChange", "1", "501", 2.0, "k", "num_notes", "1"),
    ],
)
def test_a_new_activity_is_pinned_without_writing_a_note(event: Event) -> None:
    assert pin_activity.wants(event)
    assert [PinLatest(KINDS, otherwise=None)] == changes_for(event, firstname="Ada")


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"firstname": " Ada ", "lastname": None}, "Ada"),
        ({"firstname": " ", "lastname": "", "email": "ada@b.de"}, "ada@b.de"),
        ({}, "new contact"),
    ],
)
def test_a_nameless_contact_is_welcomed_by_what_is_known(
    properties: dict[str, str | None], name: str
) -> None:
    assert (
        f"<strong>{name}</strong>"
        in welcome_for(**properties).properties["hs_note_body"]
    )


TEXT = st.text() | st.sampled_from(
    ["<script>alert(1)</script>", "&" * 65_536, "🌟" * 9]
)


@given(TEXT, TEXT, TEXT)
def test_a_name_never_becomes_markup_and_the_note_fits(
    firstname: str, lastname: str, email: str
) -> None:
    body = welcome_for(firstname=firstname, lastname=lastname, email=email).properties[
        "hs_note_body"
    ]
    assert len(body) <= 65_536
    tags = ["p", "strong", "/strong", "/p", "p", "/p"]
    assert tags == re.findall(r"<([^>]*)>", body)
