"""What is wrong with an address is noted; the address itself is never changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.actions import SetProperties, suggestion
from workers.actions.email_hygiene import email_hygiene
from workers.testing import job_for

PROPERTIES = {
    "suggestion_property": "meant",
    "role_property": "role",
    "disposable_property": "trash",
}


@pytest.mark.parametrize(
    ("email", "meant", "role", "trash"),
    [
        ("ada@gmial.com", "ada@gmail.com", "false", "false"),
        ("Ada.L@hotmial.com", "Ada.L@hotmail.com", "false", "false"),
        ("ada@gmail.co", "ada@gmail.com", "false", "false"),
        ("ada@gmaill.com", "ada@gmail.com", "false", "false"),
        ("ada@gmail.com", "", "false", "false"),
        ("ada@nordwind.de", "", "false", "false"),
        ("ada@web.com", "", "false", "false"),
        ("Sales+fair@nordwind.de", "", "true", "false"),
        ("no-reply@nordwind.de", "", "true", "false"),
        ("ada@mailinator.com", "", "false", "true"),
        ("ada@x.mailinator.com", "", "false", "true"),
        ("ada@trash.example", "", "false", "true"),
    ],
)
def test_slips_roles_and_throw_away_mailboxes_are_noted(
    email: str, meant: str, role: str, trash: str
) -> None:
    found = job_for(
        email_hygiene, {"email": email}, more_disposable=["trash.example"], **PROPERTIES
    )
    assert [SetProperties(meant=meant, role=role, trash=trash)] == found


def test_only_properties_that_are_named_are_written() -> None:
    found = job_for(email_hygiene, {"email": "info@a.de"}, role_property="role")
    assert [SetProperties(role="true")] == found


def test_nothing_is_written_where_no_property_is_named() -> None:
    assert [] == job_for(email_hygiene, {"email": "info@gmial.com"})


@settings(deadline=None)
@given(st.emails() | st.text())
def test_a_suggestion_needs_no_further_suggestion(email: str) -> None:
    assert "" == suggestion(suggestion(email))
