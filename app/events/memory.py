"""What was looked up lately, so that nobody looks it up again: a cache in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.events import keys
from app.events.scripts import Scripts, store_errors


class Memory:
    """Remembers texts by topic and name; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._store = scripts.store

    def recall(self, portal: str, topic: str, names: Iterable[str]) -> dict[str, str]:
        """Return what is remembered of these names; what is not is left out."""
        asked = list(names)
        if not asked:
            return {}
        with store_errors():
            found: Any = self._store.hmget(_key(portal, topic), asked)
        return {
            name: text.decode()
            for name, text in zip(asked, found, strict=True)
            if text is not None
        }

    def remember(
        self, portal: str, topic: str, texts: Mapping[str, str], *, ttl_s: float
    ) -> None:
        """Remember texts; the whole topic is forgotten `ttl_s` after its first one."""
        if not texts:
            return
        key = _key(portal, topic)
        fields: dict[Any, Any] = {**texts}
        pipe = self._store.pipeline(transaction=False)
        pipe.hset(key, mapping=fields)
        pipe.ttl(key)
        with store_errors():
            _, left = pipe.execute()
            if left < 0:
                self._store.pexpire(key, int(ttl_s * 1000))

    def forget(self, portal: str, topic: str) -> None:
        """Forget a topic; it will be looked up anew."""
        with store_errors():
            self._store.delete(_key(portal, topic))


def _key(portal: str, topic: str) -> str:
    return keys.of(portal, f"memory:{topic}")
