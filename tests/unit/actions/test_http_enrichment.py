"""A source's answer is written under the policy that the rule names."""

from __future__ import annotations

import pytest

from workers.actions import SetProperties, Snooze
from workers.actions.http_enrichment import http_enrichment
from workers.testing import job_for

ANSWER = {"jobtitle": "CTO", "company": "Nordwind"}
CHANGE = SetProperties(**ANSWER)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("if_empty", CHANGE.if_empty()),
        ("not_over_people", CHANGE.not_over_people()),
        ("overwrite", CHANGE),
    ],
)
def test_the_policy_decides_what_is_written_over(
    policy: str, expected: SetProperties
) -> None:
    found = job_for(
        http_enrichment,
        {},
        lookups={"people_source": ANSWER},
        provider="people_source",
        policy=policy,
    )
    assert [expected] == found


def test_only_the_properties_that_are_named_are_written() -> None:
    found = job_for(
        http_enrichment,
        {},
        lookups={"people_source": ANSWER},
        provider="people_source",
        properties=["jobtitle"],
    )
    assert [SetProperties(jobtitle="CTO").if_empty()] == found


def test_an_empty_answer_changes_nothing() -> None:
    assert [] == job_for(http_enrichment, {}, lookups={"p": {}}, provider="p")


def test_an_answer_that_is_late_brings_the_contact_back() -> None:
    with pytest.raises(Snooze):
        job_for(http_enrichment, {}, lookups={"p": Snooze(2)}, provider="p")


def test_its_provider_is_looked_up() -> None:
    assert ("p",) == http_enrichment.looks_up_with({"provider": "p"})
