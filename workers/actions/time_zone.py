"""Fills in an empty time zone from the contact's phone number, or its country.

Trigger: the contact is created, or phone, mobilephone or country changes.
Reads:   hs_timezone, phone, mobilephone, country.
Writes:  hs_timezone, only where there is none, and only if there is one zone only.

    phone "+1 212 555 0123"            ->  hs_timezone "america_slash_new_york"
    country "Germany", no phone        ->  hs_timezone "europe_slash_berlin"
    country "United States", no phone  ->  nothing: it has several
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    e164,
    enricher,
    region_of,
    time_zones_of_phone,
    time_zones_of_region,
)

# Zones that bear another name in HubSpot's list, or are not in it.
_OTHER_NAMES = {"Europe/Kyiv": "Europe/Kiev", "America/Ciudad_Juarez": ""}


@enricher(
    on=(
        "contact.creation",
        "contact.propertyChange:phone",
        "contact.propertyChange:mobilephone",
        "contact.propertyChange:country",
    ),
    reads=("hs_timezone", "phone", "mobilephone", "country"),
)
def time_zone(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Write the one time zone where the contact can be."""
    if contact["hs_timezone"]:
        return
    place = contact["country"]
    numbers = [e164(contact[name], place) for name in ("phone", "mobilephone")]
    zones = next(filter(None, map(time_zones_of_phone, numbers)), ())
    if not zones:
        zones = time_zones_of_region(region_of(place) or "")
    option = option_of(zones[0]) if len(zones) == 1 else ""
    if option:
        yield SetProperties(hs_timezone=option).if_empty()


def option_of(zone: str) -> str:
    """Return the option of `hs_timezone` that stands for an IANA zone, "" if none.

    >>> option_of("America/Port-au-Prince")
    'america_slash_port_hyphen_au_hyphen_prince'
    """
    name = _OTHER_NAMES.get(zone, zone)
    return name.lower().replace("/", "_slash_").replace("-", "_hyphen_")
