"""HubSpot's words in webhook events: object types, telling fields, sources."""

from __future__ import annotations

# https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids
OBJECT_NAMES = {
    "0-1": "contact",
    "0-2": "company",
    "0-3": "deal",
    "0-5": "ticket",
    "0-7": "product",
    "0-8": "line_item",
    "0-14": "quote",
    "0-18": "communication",
    "0-27": "task",
    "0-46": "note",
    "0-47": "meeting",
    "0-48": "call",
    "0-49": "email",
    "0-53": "invoice",
    "0-69": "subscription",
    "0-101": "payment",
    "0-115": "user",
    "0-116": "postal_mail",
    "0-123": "order",
    "0-136": "lead",
    "0-142": "cart",
    "0-162": "service",
    "0-410": "course",
    "0-420": "listing",
    "0-421": "appointment",
    "0-970": "project",
}

# What tells one event from another; attemptNumber is the one thing copies differ in.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
IDENTITY = (
    "portalId",
    "subscriptionId",
    "eventId",
    "objectId",
    "objectTypeId",
    "primaryObjectId",
    "mergedObjectIds",
    "newObjectId",
    "fromObjectId",
    "fromObjectTypeId",
    "toObjectId",
    "toObjectTypeId",
    "associationType",
    "associationTypeId",
    "associationRemoved",
    "isPrimaryAssociation",
    "messageId",
    "propertyName",
    "propertyValue",
    "occurredAt",
)

# hubkeeper's own event: a sweep has come by this contact, whatever happened to it.
RECONCILE = "contact.reconcile"
# What stands in it for `changeFlag`, if the contact is new, and for `changeSource`.
CREATED = "CREATED"
FOUND_BY_RECONCILE = "RECONCILE"
FOUND_BY_BACKFILL = "BACKFILL"

# Sources that touch many records at one stroke; nobody waits at a screen for them.
# HubSpot does not document the list; whatever begins with "BULK" counts too.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
BULK_SOURCES = frozenset(
    {
        FOUND_BY_BACKFILL,
        FOUND_BY_RECONCILE,
        "BATCH_UPDATE",
        "CRM_UI_BULK_ACTION",
        "DATA_ENRICHMENT",
        "IMPORT",
        "MIGRATION",
        "PIPELINE_SETTINGS",
    }
)

# hubkeeper neither makes, deletes, merges nor restores contacts: such an event that
# bears our app's id is another program's work with the same token, and not an echo.
NEVER_AN_ECHO = frozenset(
    {"creation", "deletion", "merge", "privacyDeletion", "restore"}
)
