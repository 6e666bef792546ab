"""In what ways records can belong together, and HubSpot's numbers for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssociationType:
    """In what way two records belong together.

    Attributes:
        category: "HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED", "WORK".
        type_id: within the category; each direction has its own.
        label: as people see it, None for the type without a label.

    """

    category: str = ""
    type_id: int = 0
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """The way from one record to the record `to_id`; the types are never empty."""

    to_id: str
    types: tuple[AssociationType, ...] = ()


def _hubspot_defined(type_id: int, label: str | None = None) -> AssociationType:
    return AssociationType("HUBSPOT_DEFINED", type_id, label)


# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
CONTACT_TO_PRIMARY_COMPANY = _hubspot_defined(1, "Primary")
PRIMARY_COMPANY_TO_CONTACT = _hubspot_defined(2, "Primary")
# The types without a label, by (from, to).
# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
DEFAULT_TYPES: Mapping[tuple[str, str], AssociationType] = {
    ("contacts", "contacts"): _hubspot_defined(449),
    ("contacts", "companies"): _hubspot_defined(279),
    ("contacts", "deals"): _hubspot_defined(4),
    ("contacts", "tickets"): _hubspot_defined(15),
    ("contacts", "calls"): _hubspot_defined(193),
    ("contacts", "emails"): _hubspot_defined(197),
    ("contacts", "meetings"): _hubspot_defined(199),
    ("contacts", "notes"): _hubspot_defined(201),
    ("contacts", "tasks"): _hubspot_defined(203),
    ("contacts", "communications"): _hubspot_defined(82),
    ("contacts", "postal_mail"): _hubspot_defined(454),
    ("companies", "contacts"): _hubspot_defined(280),
    ("deals", "contacts"): _hubspot_defined(3),
    ("tickets", "contacts"): _hubspot_defined(16),
    ("calls", "contacts"): _hubspot_defined(194),
    ("emails", "contacts"): _hubspot_defined(198),
    ("meetings", "contacts"): _hubspot_defined(200),
    ("notes", "contacts"): _hubspot_defined(202),
    ("tasks", "contacts"): _hubspot_defined(204),
    ("communications", "contacts"): _hubspot_defined(81),
    ("postal_mail", "contacts"): _hubspot_defined(453),
    ("companies", "deals"): _hubspot_defined(342),
    ("deals", "companies"): _hubspot_defined(341),
    ("companies", "tickets"): _hubspot_defined(340),
    ("tickets", "companies"): _hubspot_defined(339),
    ("deals", "tickets"): _hubspot_defined(27),
    ("tickets", "deals"): _hubspot_defined(28),
    ("companies", "calls"): _hubspot_defined(181),
    ("calls", "companies"): _hubspot_defined(182),
    ("companies", "emails"): _hubspot_defined(185),
    ("emails", "companies"): _hubspot_defined(186),
    ("companies", "meetings"): _hubspot_defined(187),
    ("meetings", "companies"): _hubspot_defined(188),
    ("companies", "notes"): _hubspot_defined(189),
    ("notes", "companies"): _hubspot_defined(190),
    ("companies", "tasks"): _hubspot_defined(191),
    ("tasks", "companies"): _hubspot_defined(192),
    ("deals", "calls"): _hubspot_defined(205),
    ("calls", "deals"): _hubspot_defined(206),
    ("deals", "emails"): _hubspot_defined(209),
    ("emails", "deals"): _hubspot_defined(210),
    ("deals", "meetings"): _hubspot_defined(211),
    ("meetings", "deals"): _hubspot_defined(212),
    ("deals", "notes"): _hubspot_defined(213),
    ("notes", "deals"): _hubspot_defined(214),
    ("deals", "tasks"): _hubspot_defined(215),
    ("tasks", "deals"): _hubspot_defined(216),
    ("tickets", "calls"): _hubspot_defined(219),
    ("calls", "tickets"): _hubspot_defined(220),
    ("tickets", "emails"): _hubspot_defined(223),
    ("emails", "tickets"): _hubspot_defined(224),
    ("tickets", "meetings"): _hubspot_defined(225),
    ("meetings", "tickets"): _hubspot_defined(226),
    ("tickets", "notes"): _hubspot_defined(227),
    ("notes", "tickets"): _hubspot_defined(228),
    ("tickets", "tasks"): _hubspot_defined(229),
    ("tasks", "tickets"): _hubspot_defined(230),
}
