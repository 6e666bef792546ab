"""One action, one file: everything an action needs is imported from here."""

from app.errors import GiveUp, Skip, Snooze
from app.events.model import Event
from workers.changes import AssociateCompany, Change, Note, PinLatest, SetProperties
from workers.contact import Contact
from workers.domains import business_domain, name_from_domain
from workers.registry import associator, enricher, pinner

__all__ = [
    "AssociateCompany",
    "Change",
    "Contact",
    "Event",
    "GiveUp",
    "Note",
    "PinLatest",
    "SetProperties",
    "Skip",
    "Snooze",
    "associator",
    "business_domain",
    "enricher",
    "name_from_domain",
    "pinner",
]
