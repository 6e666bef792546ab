"""Where orders are kept: the newest of each portal, and whose turn it is to work."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.events import keys
from app.events.scripts import store_errors
from app.repair import order as forms
from app.repair.order import Order
from app.services import Services

MOST_KEPT = 100
# Whoever has the turn and says nothing for so long has lost it.
TURN_MS = 30_000
TYPED = ("filter", "reason", "problem")


class OrderBook:
    """Keeps orders; every method may raise StoreDown."""

    def __init__(self, services: Services) -> None:
        self._scripts = services.scripts
        self._store = services.store
        self._vault = services.scripts.vault

    def all(self, portal: str) -> list[Order]:
        """Return the portal's orders, newest first."""
        with store_errors():
            ids: Any = self._store.zrevrange(keys.of(portal, "orders"), 0, -1)
        return self.read(portal, [id_.decode() for id_ in ids])

    def portals(self) -> list[str]:
        """Return the portals with orders that have not ended."""
        with store_errors():
            found: Any = self._store.smembers(keys.ORDERS)
        return sorted(portal.decode() for portal in found)

    def turn_to(self, order: Order, states: Sequence[str], **fields: Any) -> bool:
        """Change an order that is in one of these states; tell whether it was."""
        flat = [part for pair in self._sealed(fields).items() for part in pair]
        args = (order.id, " ".join(states), *flat)
        return bool(self._scripts.run("turn_order", order.portal, *args))

    def new_id(self, portal: str) -> str:
        """Return a name that no order of the portal had."""
        with store_errors():
            serial: Any = self._store.hincrby(keys.of(portal, "counts"), "orders", 1)
        return str(serial)

    def keep(self, order: Order) -> None:
        """Store an order, and forget the oldest of those that have ended."""
        orders = self.all(order.portal)
        pipe = self._store.pipeline(transaction=False)
        fields: dict[Any, Any] = self._sealed(forms.dump(order))
        pipe.hset(keys.of(order.portal, f"order:{order.id}"), mapping=fields)
        pipe.zadd(keys.of(order.portal, "orders"), {order.id: order.placed_at})
        pipe.sadd(keys.ORDERS, order.portal)
        for old in orders[MOST_KEPT - 1 :]:
            if not old.is_active:
                pipe.zrem(keys.of(order.portal, "orders"), old.id)
                pipe.delete(keys.of(order.portal, f"order:{old.id}"))
        with store_errors():
            pipe.execute()

    def read(self, portal: str, ids: Sequence[str]) -> list[Order]:
        """Return those of the orders that are there."""
        pipe = self._store.pipeline(transaction=False)
        for id_ in ids:
            pipe.hgetall(keys.of(portal, f"order:{id_}"))
        with store_errors():
            replies = pipe.execute() if ids else []
        rows = zip(ids, replies, strict=True)
        return [
            forms.load(portal, id_, self._opened(fields))
            for id_, fields in rows
            if fields
        ]

    def _sealed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Seal what people have typed: it may be somebody's name."""
        seal = self._vault.seal_text
        return {n: seal(v) if n in TYPED else v for n, v in fields.items()}

    def _opened(self, fields: Mapping[bytes, bytes]) -> dict[str, str]:
        text = {name.decode(): value for name, value in fields.items()}
        open_ = self._vault.open_text
        return {n: open_(v) if n in TYPED else v.decode() for n, v in text.items()}

    def retire(self, portal: str) -> None:
        """Look at the portal no more; unless somebody just placed an order there."""
        with store_errors():
            self._store.srem(keys.ORDERS, portal)
        if any(order.is_active for order in self.all(portal)):
            with store_errors():
                self._store.sadd(keys.ORDERS, portal)

    @contextlib.contextmanager
    def turn(self, portal: str) -> Iterator[bool]:
        """Have the turn for a portal's orders, if nobody else has it."""
        key, name = keys.of(portal, "order_turn"), uuid.uuid4().hex
        with store_errors():
            ours = bool(self._store.set(key, name, nx=True, px=TURN_MS))
        try:
            yield ours
        finally:
            with store_errors():
                if ours and self._store.get(key) == name.encode():
                    self._store.delete(key)
