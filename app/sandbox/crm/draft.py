"""A write that was looked at from all sides and not yet carried out.

A batch checks all of its drafts before it writes any, so that one bad input leaves the
portal as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.sandbox.crm import association, contact, requirements, validation
from app.sandbox.crm.association_types import LinkType
from app.sandbox.crm.object_types import ACTIVITIES, COMPANY, CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.crm.requirements import Situation
from app.sandbox.crm.validation import Checked
from app.sandbox.errors import (
    AlreadyExists,
    EmailBlocked,
    InvalidAssociations,
    InvalidProperties,
    PinNotAssociated,
    RequiredMissing,
    UnmetRequirements,
    ValueTaken,
)

PIN = "hs_pinned_engagement_id"
OWNER = "hubspot_owner_id"
MANY_VALUED = "hs_additional_emails"
PRIMARY_COMPANY = "associatedcompanyid"


@dataclass(frozen=True, slots=True)
class Wish:
    """An association asked for while creating a record.

    Attributes:
        to_id: the other record.
        types: pairs of associationCategory and associationTypeId.

    """

    to_id: str
    types: Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Rights:
    """What the writer may do beyond the usual.

    Attributes:
        writable: read-only properties that may be written.
        lenient_dates: near-miss dates are normalised (version 2026-09).
        bound_by_rules: the rules of the account's admin apply (version 2026-09).

    """

    writable: frozenset[str] = frozenset()
    lenient_dates: bool = False
    bound_by_rules: bool = False


@dataclass(slots=True)
class Draft:
    """A write.

    Attributes:
        kind: what is written.
        record: what changes, None for a record that is to be created.
        new_id: id of a record that is to be created.
        checked: the values, and what is wrong with them.
        bound_by_rules: the rules of the account's admin apply.
        links: associations to make: the other record and the types.

    """

    kind: ObjectType
    record: Record | None
    checked: Checked
    bound_by_rules: bool = False
    new_id: str = ""
    links: list[tuple[Record, list[LinkType]]] = field(default_factory=list)

    @property
    def values(self) -> dict[str, str]:
        """The values to write."""
        return self.checked.values


def to_create(
    portal: Portal,
    kind: ObjectType,
    properties: Mapping[str, object],
    wishes: Sequence[Wish] = (),
    rights: Rights | None = None,
) -> Draft:
    """Draft a new record.

    Raises:
        InvalidAssociations: a wish names a record or type that does not exist.
        WrongDirection: a wish's type starts at another kind of record.

    """
    rights = rights or Rights()
    checked = _checked(portal, kind, properties, rights)
    draft = Draft(kind, None, checked, rights.bound_by_rules)
    for wish in wishes:
        for category, type_id in wish.types:
            link = association.link_type(portal, kind, category, type_id)
            other = portal.shelf(link.end).live(wish.to_id)
            if other is None:
                raise InvalidAssociations.objects(f"{link.end.label}={wish.to_id}")
            draft.links.append((other, [link]))
    return draft


def to_update(
    portal: Portal,
    record: Record,
    properties: Mapping[str, object],
    rights: Rights | None = None,
) -> Draft:
    """Draft a change of `record`."""
    rights = rights or Rights()
    checked = _checked(portal, record.kind, properties, rights)
    return Draft(record.kind, record, checked, rights.bound_by_rules)


def admit(portal: Portal, draft: Draft) -> None:
    """Let the draft pass, or say what stands against it.

    Raises:
        InvalidProperties: values do not fit their properties.
        RequiredMissing: the new record lacks a value.
        AlreadyExists: the e-mail address is another contact's.
        ValueTaken: a unique value is another record's.
        EmailBlocked: the e-mail address was deleted for privacy.
        PinNotAssociated: the activity to pin is not associated.
        InvalidAssociations: the primary company does not exist.
        UnmetRequirements: the rules of the account's admin demand more.

    """
    if draft.checked.problems:
        raise InvalidProperties(draft.checked.problems, portal.portal_id)
    if draft.record is None:
        _admit_new(portal, draft)
    if draft.bound_by_rules:
        _admit_by_rules(portal, draft)
    _admit_unique(portal, draft)
    _admit_pin(portal, draft)
    company = draft.values.get(PRIMARY_COMPANY)
    if company and portal.shelf(COMPANY).live(company) is None:
        raise InvalidAssociations.objects(f"COMPANY={company}")


def _checked(
    portal: Portal,
    kind: ObjectType,
    properties: Mapping[str, object],
    rights: Rights,
) -> Checked:
    writable = rights.writable
    if portal.switches.createdate_writable:
        writable |= {"createdate"}
    if portal.switches.additional_emails_writable:
        writable |= {MANY_VALUED}
    checked = validation.check(
        portal.shelf(kind).schema,
        properties,
        writable=writable,
        lenient_dates=rights.lenient_dates,
    )
    owner = checked.values.get(OWNER)
    if owner and portal.switches.owner_must_exist and owner not in portal.owners:
        checked.problems.append(validation.not_an_owner(OWNER, owner))
    return checked


def _admit_new(portal: Portal, draft: Draft) -> None:
    values = draft.values
    if draft.kind.name == "meeting" and not values.get("hs_timestamp"):
        values["hs_timestamp"] = values.get("hs_meeting_start_time", "")
    required = draft.kind.required
    if portal.switches.expected_properties_required:
        required += draft.kind.expected
    missing = [name for name in required if not values.get(name)]
    if missing:
        raise RequiredMissing(missing)
    demanding = draft.kind is CONTACT and portal.switches.contact_needs_identity
    if demanding and not any(values.get(name) for name in contact.IDENTITY):
        raise RequiredMissing(contact.IDENTITY)


def _admit_by_rules(portal: Portal, draft: Draft) -> None:
    before = draft.record.properties if draft.record else {}
    after = {**before, **draft.values}
    situation = Situation(draft.kind, draft.record is None, after, draft.values)
    problems = requirements.unmet(portal, situation)
    if problems:
        raise UnmetRequirements(problems)


def _admit_unique(portal: Portal, draft: Draft) -> None:
    shelf = portal.shelf(draft.kind)
    email = draft.values.get("email", "")
    if email in shelf.blocked and portal.switches.blocklist_refuses_contacts:
        raise EmailBlocked(email)
    for email in filter(None, draft.values.get(MANY_VALUED, "").split(";")):
        owner = shelf.owner("email", email)
        if owner is not None and owner is not draft.record:
            raise AlreadyExists(draft.kind.label, owner.id)
    for name in shelf.schema.unique & draft.values.keys():
        value = draft.values[name]
        owner = shelf.owner(name, value) if value else None
        if owner is None or owner is draft.record:
            continue
        if name == "email" and _is_conflict(portal, draft, owner, value):
            raise AlreadyExists(draft.kind.label, owner.id)
        draft.new_id = draft.new_id or portal.new_id(draft.kind)
        ids = (draft.record.id if draft.record else draft.new_id, owner.id)
        raise ValueTaken(portal.portal_id, draft.kind.label, name, value, ids)


def _is_conflict(portal: Portal, draft: Draft, owner: Record, email: str) -> bool:
    secondary = email in owner.additional_emails
    as_400 = portal.switches.secondary_email_taken_is_400
    return draft.record is None or not (secondary and as_400)


def _admit_pin(portal: Portal, draft: Draft) -> None:
    pin = draft.values.get(PIN)
    if not pin or not portal.switches.pin_requires_association:
        return
    for kind in ACTIVITIES:
        if draft.record is not None and pin in portal.links.of(draft.record, kind):
            return
    if any(o.id == pin and o.kind in ACTIVITIES for o, _ in draft.links):
        return
    raise PinNotAssociated(draft.record.id if draft.record else "this record", pin)
