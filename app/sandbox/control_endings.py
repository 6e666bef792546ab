"""The part of the control plane that merges, restores and wipes records by hand."""

from __future__ import annotations

from app.sandbox import edits
from app.sandbox.control_endpoint import Answer, Endpoint, Json, body
from app.sandbox.crm import lookup, merging, privacy, recycle_bin
from app.sandbox.crm.portal import Portal

_OBJECTS = "/objects/<object_type>"


class Endings:
    """What a person does to records beside writing and archiving them."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the calls; each takes record ids and who it is."""
        text: Json = {"type": "string"}
        takes: dict[str, Json] = {
            "ids": {"type": "array", "items": text},
            "source": text,
            "source_id": text,
        }
        return (
            Endpoint("POST", f"{_OBJECTS}/merge", self.merge_records, takes),
            Endpoint("POST", f"{_OBJECTS}/restore", self.restore_records, takes),
            Endpoint("POST", f"{_OBJECTS}/gdpr-delete", self.wipe_records, takes),
        )

    def merge_records(self, object_type: str) -> Answer:
        """Merge the second of two records into the first, as a person does."""
        asked = body()
        ids = _ids(asked)
        if len(ids) != 2:
            raise ValueError("a merge needs two ids: the primary one, and the other")
        with self._portal.at_work():
            kind = self._portal.kinds.infer(object_type)
            origin = edits.origin_of(asked)
            survivor = merging.merge(self._portal, kind, ids[0], ids[1], origin)
        return {"id": survivor.id}

    def restore_records(self, object_type: str) -> Answer:
        """Take records out of the recycle bin, as a person can for 90 days."""
        asked = body()
        with self._portal.at_work():
            kind = self._portal.kinds.infer(object_type)
            for each in _ids(asked):
                record = lookup.one(self._portal, kind, each, archived=True)
                recycle_bin.restore(self._portal, record, edits.origin_of(asked))
        return {"results": [{"id": each} for each in _ids(asked)]}

    def wipe_records(self, object_type: str) -> Answer:
        """Delete contacts for good, as privacy laws demand."""
        asked = body()
        with self._portal.at_work():
            kind = self._portal.kinds.infer(object_type)
            for each in _ids(asked):
                privacy.delete(self._portal, kind, each, "", edits.origin_of(asked))
        return {"results": [{"id": each} for each in _ids(asked)]}


def _ids(asked: Json) -> list[str]:
    ids = asked.get("ids")
    if not isinstance(ids, list):
        raise ValueError("this needs ids, a list")
    return [str(each) for each in ids]
