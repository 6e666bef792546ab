"""Endpoints about the users that records belong to."""

from __future__ import annotations

from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json, next_link
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import digits, moment
from app.sandbox.crm.owner import Owner
from app.sandbox.errors import Invalid, ResourceNotFound

# https://developers.hubspot.com/docs/api-reference/latest/crm/owners/guide
DEFAULT_PAGE = 100
MAX_PAGE = 500


def list_all(call: Call) -> Reply:
    """Answer one page of the owners."""
    limit, after = call.arg("limit", str(DEFAULT_PAGE)), call.arg("after")
    if not digits.are_all(limit) or not 1 <= int(limit) <= MAX_PAGE:
        raise Invalid(f"limit must be between 1 and {MAX_PAGE}, not {limit}")
    if after and not digits.are_all(after):
        raise Invalid(f"{after} is not a valid paging cursor")
    email, archived = call.arg("email").lower(), call.flag("archived")
    found = [
        owner
        for owner in sorted(call.portal.owners.values(), key=lambda each: int(each.id))
        if owner.archived is archived
        and int(owner.id) >= int(after or 0)
        and email in ("", owner.email.lower())
    ]
    page = found[: int(limit)]
    body: Json = {"results": [_shape(call, owner) for owner in page]}
    if len(found) > len(page):
        body["paging"] = next_link(call, found[len(page)].id)
    return Reply(200, body)


def read(call: Call, owner_id: str) -> Reply:
    """Answer one owner, found by its own id or that of its user."""
    id_property, archived = call.arg("idProperty", "id"), call.flag("archived")
    if id_property not in ("id", "userId"):
        raise Invalid(f"{id_property} is not an idProperty of owners")
    for owner in call.portal.owners.values():
        known = owner.id if id_property == "id" else str(owner.user_id)
        if known == owner_id and owner.archived is archived:
            return Reply(200, _shape(call, owner))
    raise ResourceNotFound


def _shape(call: Call, owner: Owner) -> Json:
    at = moment.iso(call.portal.founded_at_ms)
    shape: Json = {
        "id": owner.id,
        "email": owner.email,
        "type": owner.type,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": at,
        "updatedAt": at,
        "archived": owner.archived,
        "teams": [],
    }
    if not owner.archived:
        shape["userId"] = owner.user_id
    return shape


# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
_SCOPES = ("crm.objects.owners.read",)

ROUTES = (
    Route("GET", "owners", "", list_all, scopes=_SCOPES),
    Route("GET", "owners", "/<owner_id>", read, scopes=_SCOPES),
)
