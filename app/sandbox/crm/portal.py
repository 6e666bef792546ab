"""One HubSpot account in memory: its records, associations, clock and lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.sandbox.config import SandboxConfig
from app.sandbox.crm.association_types import LinkTypes
from app.sandbox.crm.custom_object import CustomObject
from app.sandbox.crm.definitions import Schema, default_schema
from app.sandbox.crm.journal import Journal, Listener, Origin
from app.sandbox.crm.kinds import Kinds
from app.sandbox.crm.links import Links
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.owner import STAFF
from app.sandbox.crm.rules import Rule
from app.sandbox.crm.shelf import Shelf

FIRST_ID = 100_000_000_001
IDS_PER_SEED = 10_000_000


class Portal:
    """The account.

    Attributes:
        portal_id: HubSpot's id of the account, digits.
        app_id: the app that the token belongs to, digits.
        switches: behaviour where HubSpot's own is uncertain.
        search_lag_s: how long a write stays invisible to search, seconds.
        kinds: the kinds of records it has.
        link_types: how records can be associated.
        custom_objects: kinds of records of its own making, by type id.
        custom_objects_made: how many there have been.
        owners: its users, by owner id.
        founded_at_ms: when it was made, epoch milliseconds.
        rules: what its admin demands of records.
        links: who is associated with whom.
        journal: what happened, for the webhooks.

    """

    def __init__(
        self,
        config: SandboxConfig,
        listener: Listener,
        clock: Callable[[], float],
    ) -> None:
        self._config = config
        self._clock = clock
        self._lock = threading.RLock()
        self.portal_id = config.portal_id
        self.app_id = config.app_id
        self.journal = Journal(listener)
        self.reset()

    def reset(self) -> None:
        """Be the new, empty account again that the configuration describes."""
        with self._lock:
            self.switches = self._config.switches
            self.search_lag_s = self._config.search_lag_s
            self.kinds = Kinds()
            self.link_types = LinkTypes(self.kinds)
            self.links = Links(self.link_types)
            self.rules: list[Rule] = []
            self.owners = {owner.id: owner for owner in STAFF}
            self.founded_at_ms = self.now_ms()
            self.custom_objects: dict[str, CustomObject] = {}
            self.custom_objects_made = 0
            self._shelves = {k.type_id: Shelf(k, default_schema(k)) for k in self.kinds}
            self._next_id = FIRST_ID + self._config.seed * IDS_PER_SEED

    @property
    def integration(self) -> Origin:
        """The origin of everything that the API writes."""
        return Origin("INTEGRATION", self.app_id)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have the account to oneself; what happened is told at the end."""
        with self._lock:
            try:
                yield
            finally:
                self.journal.flush()

    def add_kind(self, kind: ObjectType, schema: Schema) -> None:
        """Have records of a further kind."""
        self.kinds.add(kind)
        self._shelves[kind.type_id] = Shelf(kind, schema)

    def remove_kind(self, kind: ObjectType) -> None:
        """Have no records of that kind any more."""
        self.kinds.remove(kind)
        del self._shelves[kind.type_id]

    def shelf(self, kind: ObjectType) -> Shelf:
        """Return the records of one kind."""
        return self._shelves[kind.type_id]

    def shelf_of(self, type_id: str) -> Shelf:
        """Return the records of the kind with this id."""
        return self._shelves[type_id]

    def now(self) -> float:
        """Return the time, epoch seconds."""
        return self._clock()

    def now_ms(self) -> int:
        """Return the time, epoch milliseconds."""
        return int(self._clock() * 1000)

    def new_id(self, kind: ObjectType) -> str:
        """Return an id that no record of `kind` has."""
        shelf = self.shelf(kind)
        while True:
            candidate = str(self._next_id)
            self._next_id += 1
            if shelf.any(candidate) is None:
                return candidate

    def url(self, kind: ObjectType, record_id: str) -> str:
        """Return where a person would look at the record."""
        return (
            f"https://app.hubspot.com/contacts/{self.portal_id}"
            f"/record/{kind.type_id}/{record_id}"
        )
