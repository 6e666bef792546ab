"""One pinned note sums the contact up and is rewritten when the contact changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from workers.actions import LogActivity
from workers.actions.pin_summary import LISTED, pin_summary
from workers.testing import job_for


def body_of(contact: dict[str, str], **parameters: object) -> str:
    (change,) = job_for(pin_summary, contact, **parameters)
    assert isinstance(change, LogActivity)
    assert ("summary", True, True) == (change.key, change.rewrite, change.pin)
    return change.properties["hs_note_body"]


def test_the_note_lists_what_is_known() -> None:
    body = body_of({"firstname": "Ada", "jobtitle": "CTO", "company": "R&D"})

    assert "<strong>Summary: Ada</strong>" in body
    assert "<ul><li>jobtitle: CTO</li><li>company: R&amp;D</li></ul>" in body


def test_the_list_and_the_title_can_be_chosen() -> None:
    found = body_of({"zip": "10115", "city": "B"}, properties=["zip"], title="Where")

    assert "<strong>Where</strong></p><ul><li>zip: 10115</li></ul>" in found


def test_a_list_that_would_not_fit_into_a_note_is_refused() -> None:
    with pytest.raises(ValidationError, match="properties"):
        job_for(pin_summary, {}, properties=[f"p{i}" for i in range(21)])


@given(st.text() | st.just("&" * 65_536), st.text())
def test_no_value_becomes_markup_and_the_note_fits(value: str, title: str) -> None:
    body = body_of(dict.fromkeys((*LISTED, "firstname"), value), title=title[:99])

    assert len(body) <= 65_536
    known = {"p", "strong", "ul", "li"}
    assert {tag.strip("/") for tag in re.findall("<([^>]*)>", body)} <= known
