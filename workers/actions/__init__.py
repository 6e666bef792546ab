"""One action, one file: everything an action needs is imported from here."""

from app.errors import GiveUp, Skip, Snooze
from app.events.model import Event
from app.events.vocabulary import RECONCILE
from workers.action import associator, enricher, pinner, reactor
from workers.changes import (
    AddSecondaryEmail,
    ArchiveRecord,
    Associate,
    AssociateCompany,
    Change,
    Dissociate,
    Forward,
    LogActivity,
    MergeDuplicates,
    PinActivity,
    PinLatest,
    PinPolicy,
    SetPrimaryCompany,
    SetProperties,
    Unpin,
    UpsertRecord,
    note,
)
from workers.contact import Contact, Related
from workers.domains import business_domain, host_of, name_from_domain
from workers.knowledge import parameter
from workers.knowledge.country import country_name, region_of, region_of_domain
from workers.knowledge.job import seniority_of
from workers.knowledge.mailbox import is_disposable, is_free_mail, is_role, suggestion
from workers.knowledge.phone import (
    e164,
    region_of_phone,
    time_zones_of_phone,
    time_zones_of_region,
)

__all__ = [
    "RECONCILE",
    "AddSecondaryEmail",
    "ArchiveRecord",
    "Associate",
    "AssociateCompany",
    "Change",
    "Contact",
    "Dissociate",
    "Event",
    "Forward",
    "GiveUp",
    "LogActivity",
    "MergeDuplicates",
    "PinActivity",
    "PinLatest",
    "PinPolicy",
    "Related",
    "SetPrimaryCompany",
    "SetProperties",
    "Skip",
    "Snooze",
    "Unpin",
    "UpsertRecord",
    "associator",
    "business_domain",
    "country_name",
    "e164",
    "enricher",
    "host_of",
    "is_disposable",
    "is_free_mail",
    "is_role",
    "name_from_domain",
    "note",
    "parameter",
    "pinner",
    "reactor",
    "region_of",
    "region_of_domain",
    "region_of_phone",
    "seniority_of",
    "suggestion",
    "time_zones_of_phone",
    "time_zones_of_region",
]
