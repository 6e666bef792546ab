"""The part of the control plane that a person, an import or a seed would do by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from flask import request

from app.sandbox import edits
from app.sandbox.control_endpoint import Answer, Endpoint, Json, body
from app.sandbox.crm import moment
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record

DEFAULT_DUMP = 10_000

T = TypeVar("T")

_OBJECTS = "/objects/<object_type>"
_ORIGIN: dict[str, Json] = {
    "source": {
        "type": "string",
        "default": edits.PERSON.change_source,
        "description": "changeSource of the webhooks: CRM_UI, IMPORT...",
    },
    "source_id": {"type": "string", "default": edits.PERSON.source_id},
}
_TEXT: Json = {"type": "string"}
_VALUES: Json = {"type": "object", "additionalProperties": _TEXT}
_ROWS: Json = {"type": "array", "items": _VALUES}
_ONE = {"type": "object", "description": "instead of inputs, for a single record"}
_PAGING = {
    "properties": "only these, separated by commas",
    "archived": "true for the recycle bin",
    "limit": f"at most so many records, {DEFAULT_DUMP:,} by default",
    "after": "paging.next.after of the page before",
}


def _edit(**item: Json) -> dict[str, Json]:
    inputs: Json = {"type": "array", "items": {"type": "object", "properties": item}}
    return {"inputs": inputs, **_ORIGIN}


class Records:
    """Records as a person sees and changes them."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the calls about records."""
        return (
            Endpoint(
                "POST",
                "/seed",
                self.seed,
                {"contacts": _ROWS | {"description": "any object type will do"}},
                example={"contacts": [{"id": "501"}, {"id": "502", "city": "Ulm"}]},
            ),
            Endpoint(
                "GET",
                _OBJECTS,
                self.dump,
                query=_PAGING,
            ),
            Endpoint(
                "POST",
                _OBJECTS,
                self.create,
                {**_edit(properties=_VALUES), "properties": _ONE},
                example={"inputs": [{"properties": {"city": "Ulm"}}]},
            ),
            Endpoint(
                "PATCH",
                _OBJECTS,
                self.update,
                _edit(id=_TEXT, properties=_VALUES),
                example={"inputs": [{"id": "501", "properties": {"city": "Bonn"}}]},
            ),
            Endpoint(
                "DELETE",
                _OBJECTS,
                self.delete,
                _edit(id=_TEXT),
                example={"inputs": [{"id": "501"}]},
            ),
        )

    def seed(self) -> Answer:
        """Put records there as if they had always been there: no webhooks."""
        counts = {}
        with self._portal.at_work():
            for name, rows in body().items():
                kind = self._portal.kinds.infer(name)
                counts[name] = edits.seed(self._portal, kind, rows)
            self._portal.journal.forget()
        return {"seeded": counts}, 201

    def create(self, object_type: str) -> Answer:
        """Create records the way a person or an import does."""
        ids, errors = self._edited(object_type, edits.create)
        return {"results": [{"id": i} for i in ids], "errors": errors}, 201

    def update(self, object_type: str) -> Answer:
        """Change records the way a person does."""
        ids, errors = self._edited(object_type, edits.update)
        return {"results": [{"id": i} for i in ids], "errors": errors}

    def delete(self, object_type: str) -> Answer:
        """Archive records the way a person does."""
        return {
            "results": [{"id": i} for i in self._edited(object_type, edits.archive)]
        }

    def _edited(self, object_type: str, edit: Callable[..., T]) -> T:
        asked = body()
        with self._portal.at_work():
            return edit(
                self._portal,
                self._portal.kinds.infer(object_type),
                edits.inputs_of(asked),
                edits.origin_of(asked),
            )

    def dump(self, object_type: str) -> Answer:
        """Answer whole records, associations included, without any limit."""
        kind = self._portal.kinds.infer(object_type)
        limit = int(request.args.get("limit", DEFAULT_DUMP))
        names = [n for n in request.args.get("properties", "").split(",") if n]
        archived = request.args.get("archived") == "true"
        with self._portal.at_work():
            shelf = self._portal.shelf(kind)
            ahead = shelf.from_id(request.args.get("after", ""), archived=archived)
            found = list(islice(ahead, limit + 1))
            page: Json = {"results": [self._whole(r, names) for r in found[:limit]]}
        if len(found) > limit:
            page["paging"] = {"next": {"after": found[limit].id}}
        return page

    def _whole(self, record: Record, names: list[str]) -> Json:
        neighbours = self._portal.links.by_kind(record)
        stored = record.properties
        return {
            "id": record.id,
            "properties": {n: stored.get(n) for n in names} if names else stored,
            "createdAt": moment.iso(record.created_at_ms),
            "updatedAt": moment.iso(record.updated_at_ms),
            "archived": record.archived,
            "associations": {
                self._portal.kinds.infer(type_id).plural: [
                    {"id": other, "types": sorted(types)}
                    for other, types in linked.items()
                ]
                for type_id, linked in neighbours.items()
                if linked
            },
        }
