"""The part of the control plane that sets up the account: its users and its rules."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.sandbox.control_endpoint import Answer, Endpoint, Json, body
from app.sandbox.crm.owner import Owner
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.rules import Rule


class Account:
    """What an account's admin sets up."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the calls about users and rules."""
        rows: Json = {"type": "array", "items": {"type": "object"}}
        rule = {"requires": "jobtitle", "depends_on": "country", "values": ["DE"]}
        maria = {
            "id": "700000001",
            "email": "maria.weber@example.com",
            "first_name": "Maria",
            "last_name": "Weber",
            "user_id": 777,
        }
        return (
            Endpoint("GET", "/owners", self.owners),
            Endpoint(
                "PUT",
                "/owners",
                self.put_owners,
                {"owners": rows},
                example={"owners": [maria]},
            ),
            Endpoint("GET", "/rules", self.rules),
            Endpoint(
                "PUT",
                "/rules",
                self.put_rules,
                {"contacts": rows | {"description": "any object type will do"}},
                example={"contacts": [rule]},
            ),
        )

    def owners(self) -> Answer:
        """Answer the users that records can belong to."""
        return {"owners": [asdict(owner) for owner in self._portal.owners.values()]}

    def put_owners(self) -> Answer:
        """Set the users that records can belong to, all at once."""
        owners = [Owner.from_json(raw) for raw in _rows(body(), "owners")]
        with self._portal.at_work():
            self._portal.owners = {owner.id: owner for owner in owners}
        return self.owners()

    def rules(self) -> Answer:
        """Answer which properties the account demands of records."""
        rules: dict[str, list[Json]] = {}
        for rule in self._portal.rules:
            name = self._portal.kinds.infer(rule.type_id).plural
            row = {n: v for n, v in asdict(rule).items() if n != "type_id"}
            rules.setdefault(name, []).append(row)
        return rules

    def put_rules(self) -> Answer:
        """Set which properties records need; version 2026-09 enforces it."""
        asked = body()
        kinds = {name: self._portal.kinds.infer(name) for name in asked}
        rules = [
            Rule.from_json(kind.type_id, raw)
            for name, kind in kinds.items()
            for raw in _rows(asked, name)
        ]
        with self._portal.at_work():
            self._portal.rules = rules
        return self.rules()


def _rows(asked: Json, name: str) -> list[Any]:
    rows = asked.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{name} must be a list of objects")
    return rows
