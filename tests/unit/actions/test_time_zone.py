"""A contact gets the one time zone where it can be."""

from __future__ import annotations

import json
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from workers.actions import SetProperties, time_zones_of_phone
from workers.actions.time_zone import option_of, time_zone
from workers.testing import job_for

MOBILE = phonenumbers.PhoneNumberType.MOBILE
CONTACT = Path(__file__).parents[3] / "app/sandbox/data/contact.json"


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ({"phone": "+1 212 555 0123"}, "america_slash_new_york"),
        ({"phone": "030 / 90 18 20", "country": "Germany"}, "europe_slash_berlin"),
        ({"country": "Deutschland"}, "europe_slash_berlin"),
        ({"country": "UK"}, "europe_slash_london"),
        ({"phone": "030", "mobilephone": "+81 90 1234 5678"}, "asia_slash_tokyo"),
    ],
)
def test_the_number_decides_and_then_the_country(
    contact: dict[str, str], expected: str
) -> None:
    expected_changes = [SetProperties(hs_timezone=expected).if_empty()]
    assert expected_changes == job_for(time_zone, contact)


@pytest.mark.parametrize(
    "contact",
    [
        {"country": "United States"},
        {"country": "Narnia"},
        {"phone": "+800 1234 5678"},
        {"country": "Germany", "hs_timezone": "europe_slash_vienna"},
        {},
    ],
)
def test_several_zones_or_one_that_is_there_change_nothing(
    contact: dict[str, str],
) -> None:
    assert [] == job_for(time_zone, contact)


def test_every_zone_of_a_number_is_an_option_of_hubspot() -> None:
    """HubSpot answers 400 to a value that is no option."""
    listed = json.loads(CONTACT.read_text())
    options = next(each[6] for each in listed if each[0] == "hs_timezone")
    zones = {zone for found in TIMEZONE_DATA.values() for zone in found}

    assert [] == [z for z in sorted(zones) if option_of(z) not in {*options, ""}]


def test_the_short_way_to_a_zone_ends_where_the_long_way_does() -> None:
    """Calling codes with one zone are not taken apart; the library must agree."""
    numbers = [
        number
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, MOBILE)
        if (number := phonenumbers.example_number_for_type(region, kind))
    ]
    unknown = timezone.UNKNOWN_TIMEZONE
    expected = [
        tuple(z for z in timezone.time_zones_for_number(n) if z != unknown)
        for n in numbers
    ]

    e164 = phonenumbers.PhoneNumberFormat.E164
    found = [time_zones_of_phone(phonenumbers.format_number(n, e164)) for n in numbers]

    assert len(numbers) > 400
    assert expected == found
