"""Values are found in a JSON answer, and take the form HubSpot wants."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.providers.http_source import place, text

DOCUMENT = {"roles": [{"title": "CTO"}, {"title": None}], "name": "Ada"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("name", "Ada"),
        ("roles.0.title", "CTO"),
        ("roles.1.title", None),
        ("roles.2.title", None),
        ("roles.first", None),
        ("name.first", None),
        ("nobody.at.home", None),
    ],
)
def test_a_path_leads_to_a_value_or_to_nothing(path: str, expected: Any) -> None:
    assert expected == place(DOCUMENT, path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (12.5, "12.5"),
        (" CTO ", "CTO"),
        (["A", None, "B"], "A;B"),
        ({"a": 1}, ""),
    ],
)
def test_every_value_becomes_text(value: Any, expected: str) -> None:
    assert expected == text(value)


@given(JSON, st.text())
def test_no_answer_makes_it_stumble(document: Any, path: str) -> None:
    assert isinstance(text(place(document, path)), str)
