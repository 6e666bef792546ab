"""The score is the sum of the rules that apply, and is written when it differs."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from workers.actions import SetProperties
from workers.actions.lead_score import lead_score
from workers.testing import job_for

RULES: list[dict[str, Any]] = [
    {"property": "jobtitle", "matches": "head|chief", "points": 20},
    {"property": "country", "in": ["Germany", "Austria"], "points": 10},
    {"property": "num_conversion_events", "at_least": 3, "points": 30},
    {"property": "phone", "filled": False, "points": -5},
]


def score_of(contact: dict[str, str], **parameters: Any) -> list[Any]:
    given = {"write": "score", "rules": RULES, **parameters}
    return job_for(lead_score, contact, **given)


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ({"jobtitle": "Head of Sales", "country": "austria"}, "25"),
        ({"jobtitle": "Chief", "phone": "1", "num_conversion_events": "3"}, "50"),
        ({"num_conversion_events": "many", "phone": "1", "country": "France"}, "0"),
        ({}, "0"),
    ],
)
def test_the_rules_that_apply_are_added_up(
    contact: dict[str, str], expected: str
) -> None:
    assert [SetProperties(score=expected)] == score_of(contact)


def test_the_score_stays_within_its_bounds() -> None:
    expected = [SetProperties(score="15")]
    contact = {"jobtitle": "Head", "phone": "1"}
    assert expected == score_of(contact, highest=15)
    assert [SetProperties(score="-5")] == score_of({}, lowest=-10)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([1_234_567, 0], "1234567"),
        ([0.1, 0.2], "0.3"),
        ([2.5, -5], "-2.5"),
        ([-0.0, -0.0], "0"),
    ],
)
def test_a_score_is_a_plain_number(points: list[float], expected: str) -> None:
    rules = [{"property": "phone", "filled": False, "points": each} for each in points]
    found = score_of({}, rules=rules, lowest=-10, highest=10_000_000)
    assert [SetProperties(score=expected)] == found


@pytest.mark.parametrize("written", ["20", "20.0"])
def test_a_score_that_is_right_is_not_written_again(written: str) -> None:
    assert [] == score_of({"jobtitle": "Head", "phone": "1", "score": written})


def test_it_reads_what_its_rules_name() -> None:
    reads = lead_score.reads_with({"write": "score", "rules": RULES})
    assert {"score", *(rule["property"] for rule in RULES)} == set(reads)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"property": "a", "points": 1}, "Must have one of"),
        ({"property": "a", "points": 1, "matches": "a", "in": []}, "Must have one of"),
        ({"property": "a", "points": 1, "matches": "("}, "no regular expression"),
        ({"property": "a", "filled": True}, "Missing data"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(
    rule: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem):
        score_of({}, rules=[rule])
