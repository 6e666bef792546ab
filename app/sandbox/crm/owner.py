"""Who a record can belong to: the users of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Owner:
    """One user, or one queue.

    Attributes:
        id: what `hubspot_owner_id` takes, digits.
        email: e-mail address.
        first_name: first name.
        last_name: last name.
        user_id: HubSpot's id of the user, which is not the owner's id.
        type: PERSON or QUEUE.
        archived: the user is deactivated.

    """

    id: str
    email: str
    first_name: str
    last_name: str
    user_id: int
    type: str = "PERSON"
    archived: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Owner:
        """Read an owner as the control plane sends one.

        Raises:
            ValueError: it is not like that.

        """
        try:
            owner = cls(**raw)
        except TypeError as error:
            raise ValueError(f"this is no owner: {error}") from error
        texts = (owner.id, owner.email, owner.first_name, owner.last_name, owner.type)
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("an owner's id, email, names and type are text")
        if not owner.id.isdecimal() or not isinstance(owner.user_id, int):
            raise ValueError("an owner's id is digits, its user_id a number")
        return owner


# The first one is who works in the account when nobody says otherwise.
STAFF = (
    Owner("700000001", "maria.weber@example.com", "Maria", "Weber", 777),
    Owner("700000002", "jonas.keller@example.com", "Jonas", "Keller", 778),
    Owner("700000003", "sofia.rossi@example.com", "Sofia", "Rossi", 779),
    Owner("700000004", "old.hand@example.com", "Old", "Hand", 780, archived=True),
)
