"""What nobody knows about HubSpot for certain: one switch for each open point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """How the sandbox behaves where sources about HubSpot disagree or say nothing.

    Attributes:
        pin_requires_association: pinning an activity that is not associated with the
            record is a 400; False accepts it silently.
        lifecycle_forward_only: a backward `lifecyclestage` is ignored without a word;
            False applies it.
        default_lifecycle_stage: stage of a contact created without one, "" for none.
        contact_needs_identity: a contact needs an email, firstname or lastname.
        expected_properties_required: what HubSpot's guides call required is required,
            such as a deal's name and stage; False demands less, as the API mostly does.
        createdate_writable: `createdate` may be written.
        additional_emails_writable: `hs_additional_emails` may be written.
        secondary_email_taken_is_400: updating an email to one that is another contact's
            additional email is a 400 naming both records; False answers 409.
        upsert_needs_email_property: an upsert by email that creates is refused unless
            its properties hold the email, too.
        batch_conflict_names_id: a whole-batch 409 names the existing id of the first
            conflict; False says only that the contact exists.
        echo_trace_id: successful batch results carry their objectWriteTraceId.
        batch_result_order: order of the results of batch writes.
        multi_status_in_2026_09: 2026-09 answers 207 for partial success; False keeps
            the success status and only lists the errors.
        email_miss_is_object_not_found: a read by an unknown email answers with the
            OBJECT_NOT_FOUND body; False with the bare "resource not found".
        missing_id_is_html: a GET of an unknown numeric id answers a page of HTML.
        merge_makes_new_id: the record that a merge leaves has an id of its own, as
            since January 2025; False keeps the id of the primary record.
        blocklist_refuses_contacts: an address that was deleted for privacy before any
            contact had it cannot be given to one; False lets it.
        first_company_becomes_primary: the first company of a contact becomes primary.
        association_archive_limit: inputs that one association batch/archive takes.
        association_v3_create_is_200: version 3 answers a batch of new associations
            with 200, as seen since August 2025; False with 201, as specified.
        association_v3_reads_primary_only: of a record's companies, version 3 tells
            only the primary one.
        user_may_associate: the user behind the token has the permission to edit
            associations, which version 2026-09 asks for.
        owner_must_exist: `hubspot_owner_id` must be the id of an owner; False takes
            any number.
        retry_after_on_429: a 429 carries a Retry-After header.
        num_errors_counts_inputs: `numErrors` counts failed inputs; False counts the
            entries of `errors`, one of which may stand for many inputs.
        refresh_token_rotates: refreshing replaces the refresh token, too.
        revoking_ends_access_tokens: with a revoked refresh token, the access tokens
            that it bought end, too.
        missing_scopes: scopes that the token lacks, e.g. "crm.objects.contacts.write".

    """

    pin_requires_association: bool = True
    lifecycle_forward_only: bool = True
    default_lifecycle_stage: str = "lead"
    contact_needs_identity: bool = False
    expected_properties_required: bool = False
    createdate_writable: bool = False
    additional_emails_writable: bool = False
    secondary_email_taken_is_400: bool = True
    upsert_needs_email_property: bool = False
    batch_conflict_names_id: bool = True
    echo_trace_id: bool = True
    batch_result_order: Literal["input", "reversed_upsert", "reversed"] = (
        "reversed_upsert"
    )
    multi_status_in_2026_09: bool = True
    email_miss_is_object_not_found: bool = False
    missing_id_is_html: bool = False
    merge_makes_new_id: bool = True
    blocklist_refuses_contacts: bool = True
    first_company_becomes_primary: bool = False
    association_archive_limit: int = 2000
    association_v3_create_is_200: bool = True
    association_v3_reads_primary_only: bool = True
    user_may_associate: bool = True
    owner_must_exist: bool = True
    retry_after_on_429: bool = False
    num_errors_counts_inputs: bool = False
    refresh_token_rotates: bool = False
    revoking_ends_access_tokens: bool = False
    missing_scopes: tuple[str, ...] = ()

    def flipped(self, changes: Mapping[str, Any]) -> Switches:
        """Return these switches with `changes` applied.

        Raises:
            ValueError: there is no such switch, or the value is of another kind.

        """
        known = {field.name for field in fields(self)}
        values: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"there is no switch {name!r}")
            if name == "missing_scopes":
                value = tuple(map(str, value))
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"switch {name} cannot be {value!r}")
            values[name] = value
        return replace(self, **values)
