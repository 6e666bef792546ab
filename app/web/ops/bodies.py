"""What the ops API may be told: queries and bodies, read or refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from app.events.delivery import OUTCOMES
from app.repair.filter import Moment, Unclear
from app.repair.order import DISCARD, REPLAY

MOST_ON_A_PAGE = 500
REASON = validate.Length(max=500)


def _most(usual: int) -> fields.Integer:
    return fields.Integer(
        load_default=usual, validate=validate.Range(min=1, max=MOST_ON_A_PAGE)
    )


class DeliveriesQuery(Schema):
    """Which lines of the request log."""

    portal = fields.String(load_default=None)
    outcome = fields.String(load_default=None, validate=validate.OneOf(OUTCOMES))
    since = Moment(load_default=None)
    contact = fields.String(load_default=None)
    most = _most(50)


class PageQuery(Schema):
    """How the rows of a list are wanted."""

    after = fields.String(load_default="")
    most = _most(100)
    newest = fields.Boolean(load_default=False)


class PortalQuery(Schema):
    """Of which portal, and how many."""

    portal = fields.String(load_default="")
    most = _most(100)


class EditBody(Schema):
    """Another form of an event; null for the original again."""

    payload = fields.Raw(required=True, allow_none=True)


class DiscardBody(Schema):
    """Why a letter is dropped."""

    reason = fields.String(load_default="", validate=REASON)


class PlanBody(Schema):
    """What would be ordered."""

    filter = fields.Dict(keys=fields.String(), load_default=dict)
    rate = fields.Float(load_default=None, allow_none=True)
    everything = fields.Boolean(load_default=False)


class OrderBody(PlanBody):
    """What is ordered."""

    verb = fields.String(required=True, validate=validate.OneOf((REPLAY, DISCARD)))
    reason = fields.String(load_default="", validate=REASON)


def read(schema: type[Schema], told: Any) -> dict[str, Any]:
    """Return what was told, by name; what is empty in a query counts as not told.

    Raises:
        Unclear: names everything that is unknown or wrong.

    """
    if not isinstance(told, Mapping):
        raise Unclear("the body must be a JSON object")
    given = {name: value for name, value in told.items() if value != ""}
    try:
        read: dict[str, Any] = schema(unknown=RAISE).load(given)
    except ValidationError as error:
        said = [f"{n}: {' '.join(map(str, w))}" for n, w in error.messages_dict.items()]
        raise Unclear("; ".join(said)) from error
    return read
