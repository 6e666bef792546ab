"""The kinds of records HubSpot has: one table, one generic implementation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class ObjectType:
    """One kind of record.

    Attributes:
        type_id: HubSpot's id of the kind, e.g. "0-1".
        name: singular, e.g. "contact".
        plural: e.g. "contacts".
        label: the name in messages and association types, e.g. "CONTACT".
        created: property that holds the time of creation.
        modified: property that holds the time of the last change.
        defaults: properties returned when a read names none.
        searched: properties that a search's `query` looks into.
        required: properties without which none is created.
        expected: properties that HubSpot's guides call required, which the API lets
            you leave out [uncertain].
        aliases: further names it answers to.
        data: name of the list of its properties, "" for that of the kind.
        history_limit: how many values of a property are remembered [uncertain].
        scope: OAuth scope, without its `.read` or `.write`.

    """

    type_id: str
    name: str
    plural: str
    label: str
    created: str
    modified: str
    defaults: tuple[str, ...]
    searched: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    data: str = ""
    history_limit: int = 20
    scope: str = "crm.objects.contacts"

    @property
    def always(self) -> tuple[str, str, str]:
        """Properties that come back whatever a read asks for."""
        return (self.created, "hs_object_id", self.modified)

    @property
    def keys(self) -> tuple[str, ...]:
        """All names it answers to, in lower case."""
        return (self.type_id, self.name, self.plural, *self.aliases)


def _record(
    type_id: str,
    names: tuple[str, str],
    defaults: tuple[str, ...],
    scope: str,
    expected: tuple[str, ...] = (),
) -> ObjectType:
    return ObjectType(
        type_id,
        *names,
        label=names[0].upper(),
        created="createdate",
        modified="hs_lastmodifieddate",
        defaults=("createdate", "hs_lastmodifieddate", "hs_object_id", *defaults),
        searched=defaults,
        expected=expected,
        scope=scope,
    )


def _dated(
    type_id: str,
    names: tuple[str, str],
    searched: tuple[str, ...],
    scope: str,
    expected: tuple[str, ...] = (),
) -> ObjectType:
    """Return a kind whose time of creation is in `hs_createdate`."""
    return ObjectType(
        type_id,
        *names,
        label=names[0].upper(),
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        searched=searched,
        expected=expected,
        scope=scope,
    )


def _activity(
    type_id: str,
    names: tuple[str, str],
    searched: tuple[str, ...],
    label: str = "",
    aliases: tuple[str, ...] = (),
) -> ObjectType:
    return ObjectType(
        type_id,
        *names,
        label=label or names[0].upper(),
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        searched=searched,
        required=("hs_timestamp",),
        aliases=aliases,
    )


# https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
CONTACT = ObjectType(
    "0-1",
    "contact",
    "contacts",
    label="CONTACT",
    created="createdate",
    modified="lastmodifieddate",
    defaults=(
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
    searched=(
        "firstname",
        "lastname",
        "email",
        "phone",
        "hs_additional_emails",
        "fax",
        "mobilephone",
        "company",
        "hs_marketable_until_renewal",
    ),
    history_limit=45,
)
COMPANY = _record(
    "0-2", ("company", "companies"), ("domain", "name"), "crm.objects.companies"
)
DEAL = _record(
    "0-3",
    ("deal", "deals"),
    ("amount", "closedate", "dealname", "dealstage", "pipeline"),
    "crm.objects.deals",
    ("dealname", "dealstage"),
)
TICKET = _record(
    "0-5",
    ("ticket", "tickets"),
    ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "subject"),
    "tickets",
    ("subject", "hs_pipeline_stage"),
)
TASK = _activity("0-27", ("task", "tasks"), ("hs_task_subject", "hs_task_body"))
NOTE = _activity("0-46", ("note", "notes"), ("hs_note_body",))
MEETING = _activity(
    "0-47", ("meeting", "meetings"), ("hs_meeting_title",), "MEETING_EVENT"
)
CALL = _activity("0-48", ("call", "calls"), ("hs_call_title", "hs_call_body"))
EMAIL = _activity("0-49", ("email", "emails"), ("hs_email_subject", "hs_email_text"))
COMMUNICATION = _activity(
    "0-18", ("communication", "communications"), ("hs_communication_body",)
)
POSTAL_MAIL = _activity(
    "0-116",
    ("postal_mail", "postal_mail"),
    ("hs_postal_mail_body",),
    aliases=("postal_mails", "postal-mail"),
)

# https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm
_OTHERS = (
    _record(
        "0-7",
        ("product", "products"),
        ("description", "name", "price"),
        "crm.objects.products",
        ("name",),
    ),
    _record(
        "0-8",
        ("line_item", "line_items"),
        ("amount", "hs_product_id", "name", "quantity"),
        "crm.objects.line_items",
    ),
    _dated(
        "0-14",
        ("quote", "quotes"),
        ("hs_title",),
        "crm.objects.quotes",
        ("hs_title", "hs_expiration_date"),
    ),
    _dated("0-53", ("invoice", "invoices"), ("hs_title",), "crm.objects.invoices"),
    _dated(
        "0-69",
        ("subscription", "subscriptions"),
        ("hs_name",),
        "crm.objects.subscriptions",
    ),
    _dated(
        "0-101",
        ("payment", "payments"),
        ("hs_customer_email",),
        "crm.objects.commercepayments",
    ),
    _dated("0-115", ("user", "users"), ("hs_email",), "crm.objects.users"),
    _dated(
        "0-123",
        ("order", "orders"),
        ("hs_order_name",),
        "crm.objects.orders",
        ("hs_order_name",),
    ),
    _dated(
        "0-136",
        ("lead", "leads"),
        ("hs_lead_name",),
        "crm.objects.leads",
        ("hs_lead_name",),
    ),
    _dated("0-142", ("cart", "carts"), ("hs_cart_name",), "crm.objects.carts"),
    _dated(
        "0-162",
        ("service", "services"),
        ("hs_name",),
        "crm.objects.services",
        ("hs_name",),
    ),
    _dated(
        "0-410",
        ("course", "courses"),
        ("hs_course_name",),
        "crm.objects.courses",
        ("hs_course_name",),
    ),
    _dated(
        "0-420",
        ("listing", "listings"),
        ("hs_name",),
        "crm.objects.listings",
        ("hs_name",),
    ),
    _dated(
        "0-421",
        ("appointment", "appointments"),
        ("hs_appointment_name",),
        "crm.objects.appointments",
        ("hs_appointment_name",),
    ),
    _dated(
        "0-970",
        ("project", "projects"),
        ("hs_name",),
        "crm.objects.projects",
        ("hs_name",),
    ),
)

ACTIVITIES = (TASK, NOTE, MEETING, CALL, EMAIL, COMMUNICATION, POSTAL_MAIL)
ALL = (CONTACT, COMPANY, DEAL, TICKET, *ACTIVITIES, *_OTHERS)
