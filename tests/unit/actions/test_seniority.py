"""A job title tells how senior somebody is, in HubSpot's own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.actions import SetProperties, seniority_of
from workers.actions.seniority import seniority
from workers.testing import job_for

CONTACT = Path(__file__).parents[3] / "app/sandbox/data/contact.json"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("CEO", "executive"),
        ("Chief Revenue Officer", "executive"),
        ("Geschäftsführerin", "executive"),
        ("Founder & CEO", "owner"),
        ("co-founder", "owner"),
        ("Managing Partner", "partner"),
        ("SVP Marketing", "vp"),
        ("Vice President, Sales", "vp"),
        ("Head of  Sales", "director"),
        ("Director", "director"),
        ("Product Manager", "manager"),
        ("Senior Engineer", "senior"),
        ("Working Student", "entry"),
        ("Junior Developer", "entry"),
        ("Product Owner", ""),
        ("Assistant to the CEO", ""),
        ("Executive Assistant", ""),
        ("Baker", ""),
        ("Partnership marketing", ""),
        ("Headhunter", ""),
        ("", ""),
        ("CEO " * 16_384, ""),
    ],
)
def test_the_title_tells(title: str, expected: str) -> None:
    changes = [SetProperties(hs_seniority=expected).if_empty()] if expected else []
    assert changes == job_for(seniority, {"jobtitle": title})


def test_what_is_written_already_stays() -> None:
    contact = {"jobtitle": "CEO", "hs_seniority": "owner"}
    assert [] == job_for(seniority, contact)


def test_another_property_is_read_and_written_if_it_is_named() -> None:
    expected = [SetProperties(rank="executive").if_empty()]
    assert expected == job_for(seniority, {"jobtitle": "CTO"}, write="rank")


@settings(deadline=None)
@given(st.text())
def test_only_options_of_hubspot_are_told(title: str) -> None:
    listed = json.loads(CONTACT.read_text())
    options = next(each[6] for each in listed if each[0] == "hs_seniority")
    assert seniority_of(title) in {*options, ""}
