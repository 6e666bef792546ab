"""Addresses that everybody may have are marked."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from workers.actions import SetProperties
from workers.actions.free_mail import free_mail
from workers.testing import job_for


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("Ada@GMAIL.com", "true"),
        ("ada@hey.com", "true"),
        ("ada@nordwind.de", "false"),
        ("ada@mail.nordwind.de", "false"),
    ],
)
def test_every_address_is_one_or_the_other(email: str, expected: str) -> None:
    found = job_for(free_mail, {"email": email}, write="is_free")
    assert [SetProperties(is_free=expected)] == found


def test_the_values_can_be_named() -> None:
    found = job_for(free_mail, {"email": "a@b.de"}, write="mail", yes="free", no="work")
    assert [SetProperties(mail="work")] == found


def test_no_address_is_neither() -> None:
    assert [] == job_for(free_mail, {}, write="is_free")


def test_it_is_refused_without_a_property_to_write() -> None:
    with pytest.raises(ValidationError, match="write"):
        job_for(free_mail, {"email": "ada@gmail.com"})
