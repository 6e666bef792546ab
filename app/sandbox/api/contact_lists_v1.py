"""Lists of contacts in version 1: all, the newest, the last changed.

HubSpot switches them off in September 2027.
https://developers.hubspot.com/docs/api-reference/legacy/contacts/v1/guide
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from app.sandbox.api import contact_v1_shapes as v1
from app.sandbox.api.contacts_v1 import reading
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import digits
from app.sandbox.crm.object_types import CONTACT
from app.sandbox.crm.record import Record
from app.sandbox.errors import Invalid

DEFAULT_PAGE = 20
MAX_PAGE = 100


def everyone(call: Call) -> Reply:
    """Answer one page of all contacts, in order of their ids."""
    count, offset = _number(call, "count", DEFAULT_PAGE), _number(call, "vidOffset", 0)
    shelf = call.portal.shelf(CONTACT)
    ahead = shelf.from_id(str(offset + 1), archived=False)
    found = list(islice(ahead, _page_size(count) + 1))
    page = found[: _page_size(count)]
    last = int(page[-1].id) if page else offset
    names = call.names("property")
    contacts = [v1.listed(call.portal, record, names) for record in page]
    return Reply(200, v1.page(contacts, len(found) > len(page), last))


def recently_created(call: Call) -> Reply:
    """Answer one page of contacts, the newest first."""
    return _recent(call, lambda record: record.created_at_ms)


def recently_updated(call: Call) -> Reply:
    """Answer one page of contacts, the last changed first."""
    return _recent(call, lambda record: record.updated_at_ms)


def _recent(call: Call, at_ms: Callable[[Record], int]) -> Reply:
    size = _page_size(_number(call, "count", DEFAULT_PAGE))
    time_offset = _number(call, "timeOffset", 0)
    vid_offset = _number(call, "vidOffset", 0)
    start = (-time_offset, -vid_offset) if time_offset else None
    live = call.portal.shelf(CONTACT).from_id("", archived=False)
    ordered = sorted(live, key=lambda record: (-at_ms(record), -int(record.id)))
    ahead = [r for r in ordered if start is None or (-at_ms(r), -int(r.id)) > start]
    page, names = ahead[:size], call.names("property")
    contacts = [v1.listed(call.portal, record, names) for record in page]
    last = page[-1] if page else None
    body = v1.page(contacts, len(ahead) > size, int(last.id) if last else vid_offset)
    return Reply(200, body | {"time-offset": at_ms(last) if last else time_offset})


def _page_size(count: int) -> int:
    return min(count, MAX_PAGE)


def _number(call: Call, name: str, default: int) -> int:
    text = call.arg(name, str(default))
    if not digits.are_all(text):
        raise Invalid(f"{name} must be a whole number, not {text}")
    return int(text)


_CHANGED = "/lists/recently_updated/contacts/recent"

ROUTES = (
    reading("/lists/all/contacts/all", everyone),
    reading("/lists/all/contacts/recent", recently_created),
    reading(_CHANGED, recently_updated),
)
