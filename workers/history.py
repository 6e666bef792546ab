"""Fetches what a property was before, for rules that ask where a change came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workers.contact import Contact
from workers.round import Round
from workers.rules.condition import HISTORY


def fetch(round_: Round, contacts: Sequence[Contact], lookup: str) -> dict[str, Any]:
    """Return each contact's earlier values of a property, newest first, or an error."""
    name = lookup.removeprefix(HISTORY)
    ids = [contact.id for contact in contacts]
    result = round_.hubspot.objects("contacts").batch_read(
        ids, [name], properties_with_history=[name]
    )
    found: dict[str, Any] = dict(result.errors)
    for record in result.records.values():
        versions = record.history.get(name, ())
        found[record.id] = tuple(version.value for version in versions)
    return found
