"""Which e-mail addresses name a business, and what it is called."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.actions import business_domain, name_from_domain


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ada@nordwind.de", "nordwind.de"),
        ("  Ada@NORDWIND.de ", "nordwind.de"),
        ("ada+news@mail.nordwind.co.uk", "nordwind.co.uk"),
        ("ada@a.b.c.nordwind.com.au", "nordwind.com.au"),
        ("ada@bücher.de", "xn--bcher-kva.de"),
        ("ada@xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("ada@acme.uk.com", "acme.uk.com"),
        ("ada@nordwind.github.io", "nordwind.github.io"),
        ("ada@github.io", "github.io"),
    ],
)
def test_a_business_address_yields_its_registrable_domain(
    email: str, domain: str
) -> None:
    assert domain == business_domain(email)


@pytest.mark.parametrize(
    "email",
    [
        *("ada@gmail.com", "ADA@GMX.DE", "ada@tuta.com", "a@correo.terra.com.gt"),
        *("ada@co.uk", "ada@com", "ada@localhost", "ada@nordwind.test"),
        *("ada@10.0.0.1", "ada@[10.0.0.1]", "ada@[::1]", "ada@example.com"),
        *("", "ada", "@nordwind.de", "ada@", "a@b@nordwind.de", "a da@nordwind.de"),
        *("ada@-nordwind.de", "ada@nordwind-.de", "ada@nord..de", "ada@nord_wind.de"),
        *("ada@nordwind.de.", "x" * 65 + "@nordwind.de", "ada@" + "x" * 64 + ".de"),
    ],
)
def test_an_address_that_names_no_business_yields_nothing(email: str) -> None:
    assert business_domain(email) == ""


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("nordwind-logistik.de", "Nordwind Logistik"),
        ("acme.co.uk", "Acme"),
        ("nordwind-gmbh.de", "Nordwind GmbH"),
        ("bmv.de", "BMV"),
        ("3m.de", "3M"),
        ("sky.de", "Sky"),
        ("xn--bcher-kva.de", "Bücher"),
        ("360-grad.de", "360 Grad"),
        ("", ""),
    ],
)
def test_a_domain_reads_as_a_company_name(domain: str, name: str) -> None:
    assert name == name_from_domain(domain)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("part", ["a", "a.", "a@", "@", "-", "ä", "."])
def test_a_huge_value_is_no_address_and_is_refused_at_once(part: str) -> None:
    assert business_domain((part * 65_536)[:65_530] + "@nor.de") == ""


@settings(deadline=None)
@given(st.text() | st.emails() | st.builds("a@{}.de".format, st.text(max_size=70)))
def test_any_text_yields_a_plain_lower_case_domain_or_nothing(text: str) -> None:
    domain = business_domain(text)
    assert domain.isascii()
    assert domain == domain.lower()
    assert domain in ("", business_domain(f"ada@{domain}"))
    assert bool(name_from_domain(domain)) <= bool(domain)
