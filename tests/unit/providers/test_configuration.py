"""Every problem of a provider's description is told, and secrets stay secret."""

from __future__ import annotations

from typing import Any

import pytest

from workers.actions import Contact
from workers.providers import configuration

GOOD = {
    "name": "people_source",
    "url": "https://people.example/{key}",
    "mapping": {"jobtitle": "title"},
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://people.example/{key}"}, "url"),
        ({"url": "https://people.example/"}, "url"),
        ({"name": "deals"}, "name"),
        ({"name": "People Source"}, "name"),
        ({"mapping": {}}, "mapping"),
        ({"keys_per_call": 10}, "body"),
        ({"keys_per_call": 10, "body": {"k": "{keys}"}, "method": "POST"}, "results"),
        ({"body": {"k": "{key}"}}, "method"),
        ({"cache_days": 365}, "cache_days"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"tokn": "x"}, "tokn"),
    ],
)
def test_what_cannot_be_meant_is_told(change: dict[str, Any], field: str) -> None:
    assert field in configuration.check([{**GOOD, **change}], {})[0]


def test_all_problems_of_all_tables_are_told_at_once() -> None:
    found = configuration.check([{**GOOD, "url": "x", "tries": 0}, GOOD, GOOD], {})

    assert {0: {"url", "tries"}, 1: {"name"}, 2: {"name"}} == {
        index: set(problems) for index, problems in found.items()
    }


def test_a_secret_that_is_not_set_is_named() -> None:
    table = {**GOOD, "secret": "PEOPLE_KEY"}

    assert "PEOPLE_KEY" in str(configuration.check([table], {})[0]["secret"])
    assert {} == configuration.check([table], {"PEOPLE_KEY": "x"})


def test_a_secret_is_in_no_words_about_the_provider() -> None:
    table = {**GOOD, "secret": "PEOPLE_KEY"}
    (provider,) = configuration.read([table], {"PEOPLE_KEY": "hush"})

    assert "hush" not in repr(provider)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("email", "ada@mail.nordwind.de"),
        ("domain", "nordwind.de"),
        ("company", "Nordwind"),
    ],
)
def test_the_key_is_made_of_the_contact(key: str, expected: str) -> None:
    (provider,) = configuration.read([{**GOOD, "key": key}], {})
    contact = Contact("501", {"email": "Ada@mail.Nordwind.de", "company": "Nordwind "})

    assert expected == provider.key(contact)
    assert "jobtitle" in provider.reads
