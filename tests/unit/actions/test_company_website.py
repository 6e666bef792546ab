"""A contact without a website gets the domain of its business address."""

from __future__ import annotations

import pytest

from workers.actions import SetProperties
from workers.actions.company_website import company_website
from workers.testing import job_for


def test_an_empty_website_becomes_the_domain_of_the_address() -> None:
    expected = [SetProperties(website="nordwind.co.uk").if_empty()]
    assert expected == job_for(company_website, {"email": "Ada@mail.nordwind.co.uk"})


@pytest.mark.parametrize(
    ("email", "website"),
    [
        ("ada@nordwind.de", "https://shop.nordwind.de"),
        ("ada@gmail.com", ""),
        ("a@10.0.0.1", ""),
        ("", ""),
    ],
)
def test_a_site_that_is_there_and_an_address_of_nobody_change_nothing(
    email: str, website: str
) -> None:
    assert [] == job_for(company_website, {"email": email, "website": website})
