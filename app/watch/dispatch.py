"""Sends what the register holds, each message once through each channel."""

from __future__ import annotations

import dataclasses
import itertools
import uuid
from collections.abc import Sequence

from app import logs
from app.errors import StoreDown
from app.watch.channel import Channel, Undelivered
from app.watch.message import Message
from app.watch.post import Post, next_of
from app.watch.register import Page, Register

# Others write to the register once in some seconds.
MOST_TRIES = 20

log = logs.get()


def posts_of(
    messages: Sequence[Message], ways: Sequence[Channel], now: float
) -> dict[str, Post]:
    """Return a post for each message and channel, under a new id."""
    pairs = itertools.product(messages, ways)
    return {
        # In their order, though all came at the same moment.
        uuid.uuid4().hex: Post(each, way.name, now + number / 1e6)
        for number, (each, way) in enumerate(pairs)
    }


class Dispatch:
    """Takes posts out of the register; every method may raise StoreDown."""

    def __init__(self, register: Register, ways: Sequence[Channel]) -> None:
        self._register = register
        self._ways = {way.name: way for way in ways}

    def deliver(self) -> None:
        """Send what is due; a channel that does not take it rests for a while."""
        while taken := self._take():
            id_, post = taken
            if post.is_spent:
                log.error(
                    "alert_given_up", channel=post.channel, told=post.message.text
                )
                self._note(id_, None)
            else:
                self._send(id_, post)

    def _send(self, id_: str, post: Post) -> None:
        try:
            self._ways[post.channel].send(post.message, id_)
        except Undelivered as error:
            again = post.fail(self._register.now())
            log.error(
                "alert_not_delivered" if again else "alert_given_up",
                channel=post.channel,
                error=str(error),
                told=post.message.text,
            )
            self._note(id_, again)
        else:
            self._note(id_, None)

    def _take(self) -> tuple[str, Post] | None:
        """Take a post in hand, so that nobody else sends it meanwhile."""
        now = self._register.now()
        taken: list[tuple[str, Post]] = []

        def take(page: Page) -> Page:
            id_ = next_of(page.posts, self._ways, now)
            if not id_:
                return page
            flying = page.posts[id_].fly(now)
            taken.append((id_, flying))
            return dataclasses.replace(page, posts={**page.posts, id_: flying})

        return taken[0] if self._register.change(take) and taken else None

    def _note(self, id_: str, post: Post | None) -> None:
        """Write down what became of a post.

        Raises:
            StoreDown: it could not be written.

        """

        def note(page: Page) -> Page:
            posts = {other: each for other, each in page.posts.items() if other != id_}
            return dataclasses.replace(
                page, posts=posts | ({id_: post} if post else {})
            )

        for _ in range(MOST_TRIES):
            if self._register.change(note):
                return
        raise StoreDown("the alerts are written to by somebody else all the time")
