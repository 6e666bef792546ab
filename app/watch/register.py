"""What all watchers share: how each alert stands, what was sent, what is on its way.

One hash, so that a change is made whole or not at all, and by one watcher only:

looked_at, rounds      when somebody looked last, and how many rounds had begun then
budget                 when messages went out within the last hour, and the last notice
alert <rule> <portal>  a Standing; the portal is empty for what concerns all
post <id>              a Post: a message that one of the channels has not taken yet
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import redis

from app.events import keys
from app.events.scripts import store_errors
from app.watch.budget import Budget
from app.watch.ladder import Standing
from app.watch.message import Message
from app.watch.post import Post
from app.watch.trouble import Key

KEPT_S = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Page:
    """What the register says at a time."""

    looked_at: float = 0.0
    rounds: int = 0
    budget: Budget = field(default_factory=Budget)
    standings: dict[Key, Standing] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)


class Register:
    """Reads and changes the register; every method may raise StoreDown."""

    def __init__(self, store: redis.Redis) -> None:
        self._store = store

    def read(self) -> Page:
        """Return what it says."""
        with store_errors():
            raw: Any = self._store.hgetall(keys.ALERTS)
        return _page(raw)

    def change(self, how: Callable[[Page], Page]) -> bool:
        """Write what `how` makes of it; False: somebody else wrote meanwhile."""
        with store_errors(), self._store.pipeline() as pipe:
            pipe.watch(keys.ALERTS)  # type: ignore[no-untyped-call]
            raw: Any = pipe.hgetall(keys.ALERTS)
            before = {name.decode(): text for name, text in raw.items()}
            after = _fields(how(_page(raw)))
            changed: dict[Any, Any] = {
                name: text for name, text in after.items() if before.get(name) != text
            }
            gone = [name for name in before if name not in after]
            pipe.multi()
            if changed:
                pipe.hset(keys.ALERTS, mapping=changed)
            if gone:
                pipe.hdel(keys.ALERTS, *gone)
            pipe.expire(keys.ALERTS, KEPT_S)
            try:
                pipe.execute()
            except redis.WatchError:
                return False
        return True

    def now(self) -> float:
        """Return the time on the store's clock, epoch seconds."""
        with store_errors():
            told: Any = self._store.time()
        seconds, micros = told
        return int(seconds) + int(micros) / 1e6


def _fields(page: Page) -> dict[str, bytes]:
    fields = {
        "looked_at": orjson.dumps(page.looked_at),
        "rounds": orjson.dumps(page.rounds),
        "budget": orjson.dumps(page.budget),
    }
    for key, standing in page.standings.items():
        fields[f"alert {key.rule} {key.portal}"] = orjson.dumps(standing)
    for id_, post in page.posts.items():
        fields[f"post {id_}"] = orjson.dumps(post)
    return fields


def _page(raw: dict[bytes, bytes]) -> Page:
    standings: dict[Key, Standing] = {}
    posts: dict[str, Post] = {}
    rest: dict[str, Any] = {}
    for name, text in raw.items():
        kind, *about = name.decode().split(" ")
        value = orjson.loads(text)
        if kind == "alert":
            standings[Key(*about)] = _known(Standing, value)
        elif kind == "post":
            posts[about[0]] = _post(value)
        else:
            rest[kind] = value
    budget = rest.get("budget", {})
    return Page(
        rest.get("looked_at", 0.0),
        rest.get("rounds", 0),
        Budget(tuple(budget.get("sent", ())), budget.get("noticed_at", 0.0)),
        standings,
        posts,
    )


def _post(value: dict[str, Any]) -> Post:
    message = value["message"]
    portals = tuple(message.get("portals", ()))
    told = _known(Message, {**message, "portals": portals})
    post: Post = _known(Post, {**value, "message": told})
    return post


def _known(kind: Any, value: dict[str, Any]) -> Any:
    """Build a value; fields that a later version wrote are left out."""
    names = {each.name for each in dataclasses.fields(kind)}
    return kind(**{name: each for name, each in value.items() if name in names})
