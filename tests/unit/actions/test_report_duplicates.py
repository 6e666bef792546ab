"""Possible duplicates are named in one note, or in a property; nothing is merged."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from workers.actions import LogActivity, Related, SetProperties
from workers.actions.report_duplicates import report_duplicates
from workers.testing import job_for

BOB = Related("502", {"firstname": "Bob <b>", "lastname": "Hagen"})
CYD = Related("503", {"email": "cyd@nordwind.de"})


def test_the_note_names_every_other_contact_and_is_kept_up_to_date() -> None:
    (note,) = job_for(report_duplicates, {}, lookups={"duplicates": (BOB, CYD)})

    assert isinstance(note, LogActivity)
    assert note.rewrite
    assert "<li>Bob &lt;b&gt; Hagen (502)</li>" in note.properties["hs_note_body"]
    assert "<li>cyd@nordwind.de (503)</li>" in note.properties["hs_note_body"]


def test_a_property_gets_the_ids() -> None:
    found = job_for(
        report_duplicates,
        {},
        lookups={"duplicates": (BOB, CYD)},
        note=False,
        write="twins",
    )
    assert [SetProperties(twins="502;503")] == found


def test_nobody_else_makes_no_note_and_empties_the_property() -> None:
    found = job_for(report_duplicates, {}, lookups={"duplicates": ()}, write="twins")
    assert [SetProperties(twins="")] == found


@given(st.lists(st.text(max_size=300), max_size=40))
def test_a_name_never_becomes_markup_and_the_note_fits(names: list[str]) -> None:
    others = tuple(Related("9", {"firstname": name * 300}) for name in names)
    for note in job_for(report_duplicates, {}, lookups={"duplicates": others}):
        assert isinstance(note, LogActivity)
        body = note.properties["hs_note_body"]
        assert len(body) <= 65_536
        assert {"p", "ul", "li"} == {
            t.strip("/") for t in re.findall("<([^>]*)>", body)
        }
