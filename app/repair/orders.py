"""Orders: many letters are replayed or discarded in small steps, by whoever is there.

An order is kept in the store, so the command, the API and the dashboard only place it,
watch it and stop it. Every worker carries orders on; so does a command that waits for
one. One of them at a time has the turn for a portal; if it dies, another goes on from
the last mark. Each letter is moved by one atomic script that counts it in the order,
and a letter that dies again lies behind the order's end: nothing is moved twice.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence

from app.events.dead import DeadLetter
from app.events.scripts import store_time
from app.repair import order as forms
from app.repair.audit import Audit, Line
from app.repair.filter import Filter, Unclear
from app.repair.order import (
    ACTIVE,
    DISCARD,
    DONE,
    REPLAY,
    RUNNING,
    SETTLING,
    STOPPED,
    Order,
)
from app.repair.order_book import OrderBook
from app.repair.selection import look, mark_of
from app.services import Services

# So long between two steps: short, and cheap for the store.
STEP_S = 0.2
# A step ends after this many letters, or this many seconds, whatever the rate.
MOST_AT_ONCE = 500
LONGEST_STEP_S = 0.5
# A pause is made up for by at most so many seconds' worth of letters.
MOST_BEHIND_S = 1.0
# A replay must not fill the inbox: the door has to take what HubSpot sends.
SHARE_OF_INBOX = 0.5


class Orders:
    """Places, shows, stops and carries out; every method may raise StoreDown."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._book = OrderBook(services)
        self._audit = Audit(services)

    def place(
        self,
        verb: str,
        filter_: Filter,
        who: str,
        *,
        rate: float | None = None,
        reason: str = "",
        planned: int = 0,
        everything: bool = False,
    ) -> Order:
        """Order that something be done to all letters of a portal that are meant.

        Args:
            verb: REPLAY or DISCARD.
            filter_: which letters; must name the portal.
            who: is to be written down as having done it.
            rate: letters per second; REPLAY_RATE if it is left out.
            reason: why, for the audit.
            planned: how many letters are meant, for the progress.
            everything: an empty filter is no mistake.

        Raises:
            Unclear: no portal, an empty filter, or a rate that is none.

        """
        refuse_empty(filter_, everything)
        if verb not in (REPLAY, DISCARD):
            raise Unclear(f"{verb!r:.40} is nothing that can be ordered")
        if not filter_.portal:
            raise Unclear("an order is for the letters of one portal; name it")
        now = store_time(self._services.store)
        until = now if filter_.until is None else min(now, filter_.until)
        order = Order(
            filter_.portal,
            self._book.new_id(filter_.portal),
            verb,
            dataclasses.replace(filter_, until=until),
            forms.pace(rate, self._services.settings.replay_rate),
            who,
            reason,
            placed_at=now,
            planned=planned,
            calls_before=self._services.books.calls_made(filter_.portal),
            next_at=now,
        )
        if verb == REPLAY:
            self._look_anew(order.portal)
        self._book.keep(order)
        note = f"order {order.id}, {order.rate:g} letters/s"
        note += f"; {reason}" if reason else ""
        self._write(order, verb, who, note, letters=planned)
        return order

    def get(self, portal: str, order_id: str) -> Order:
        """Return an order as it stands.

        Raises:
            LookupError: there is no such order.

        """
        for found in self._book.read(portal, [order_id]):
            return found
        raise LookupError(f"portal {portal} has no order {order_id}")

    def all(self, portal: str) -> list[Order]:
        """Return the portal's orders, newest first."""
        return self._book.all(portal)

    def stop(self, portal: str, order_id: str, who: str) -> Order:
        """Let an order end where it is; what it has moved stays moved.

        Raises:
            LookupError: there is no such order.
            Unclear: it has ended already.

        """
        order = self.get(portal, order_id)
        if not self._end(order, STOPPED, who):
            raise Unclear(f"order {order_id} is {self.get(portal, order_id).state}")
        return self.get(portal, order_id)

    def portals(self) -> list[str]:
        """Return the portals with orders that have not ended."""
        return self._book.portals()

    def step(self, portal: str) -> float:
        """Carry the portal's orders on a little; return seconds until the next step."""
        with self._book.turn(portal) as ours:
            if not ours:
                return STEP_S
            active = [order for order in self.all(portal) if order.is_active]
            if not active:
                self._book.retire(portal)
                return STEP_S
            for order in active:
                if order.state == SETTLING and not order.open:
                    self._end(order, DONE, order.who)
            running = [order for order in active if order.state == RUNNING]
            return self._carry(running[-1]) if running else STEP_S

    def _carry(self, order: Order) -> float:
        """Move as many letters as the rate allows by now."""
        now = store_time(self._services.store)
        if remark := self._obstacle(order):
            self._book.turn_to(order, (RUNNING,), remark=remark, next_at=now + 1)
            return 1.0
        if now < order.next_at:
            return order.next_at - now
        behind = min(now - order.next_at, MOST_BEHIND_S)
        budget = max(1, min(MOST_AT_ONCE, int(behind * order.rate)))
        began = time.monotonic()
        start, taken = now - behind, 0
        while taken < budget and time.monotonic() - began < LONGEST_STEP_S:
            seen = look(
                self._services.dead,
                order.portal,
                order.filter,
                order.mark,
                most=budget - taken,
            )
            if seen.last is None:
                self._exhausted(order)
                return STEP_S
            part = seen.letters[: budget - taken]
            failed, problem = self._move(order, part)
            taken += len(part)
            whole = len(part) == len(seen.letters)
            order = dataclasses.replace(
                order,
                mark=seen.last if whole else mark_of(part[-1]),
                failed=order.failed + failed,
                problem=problem or order.problem,
                next_at=start + taken / order.rate,
            )
            if not self._progress(order):
                return STEP_S
        return 0.0 if taken < budget else min(STEP_S, max(0.0, order.next_at - now))

    def _look_anew(self, portal: str) -> None:
        """Forget what may have been mended before a replay was ordered."""
        for topic in ("definitions", "unknown_properties"):
            self._services.memory.forget(portal, topic)

    def _move(self, order: Order, letters: Sequence[DeadLetter]) -> tuple[int, str]:
        """Move letters; return how many could not be, and why the last could not."""
        dead = self._services.dead
        if order.verb == DISCARD:
            dead.discard_many(order.portal, [each.id for each in letters], order.id)
            return 0, ""
        outcomes = dead.replay_many(order.portal, letters, order.id)
        # A letter that is gone was moved by somebody else.
        problems = [str(e) for e in outcomes.values() if isinstance(e, ValueError)]
        return len(problems), problems[-1] if problems else ""

    def _progress(self, order: Order) -> bool:
        return self._book.turn_to(
            order,
            (RUNNING,),
            mark=str(order.mark),
            failed=order.failed,
            problem=order.problem,
            next_at=order.next_at,
            remark="",
        )

    def _exhausted(self, order: Order) -> None:
        if order.verb == DISCARD:
            self._end(order, DONE, order.who)
        else:
            self._book.turn_to(order, (RUNNING,), state=SETTLING, remark="")

    def _obstacle(self, order: Order) -> str:
        """Return why no letter can be replayed now, "" if it can."""
        waiting = self._services.books.counts(order.portal).get("waiting", 0)
        most = int(self._services.inbox.options.most_waiting * SHARE_OF_INBOX)
        if order.verb == DISCARD or waiting < most:
            return ""
        return f"{waiting} events wait already; it goes on below {most}"

    def _end(self, order: Order, state: str, who: str) -> bool:
        """Let an order end, once; write down how it went."""
        ended = self._book.turn_to(
            order,
            ACTIVE,
            state=state,
            ended_at=store_time(self._services.store),
            calls_after=self._services.books.calls_made(order.portal),
            filter=forms.dump_filter(order.filter.masked()),
            remark="",
        )
        if ended:
            now = self.get(order.portal, order.id)
            self._write(now, f"{order.verb} {state}", who, outcome(now), now.letters)
        return ended

    def _write(
        self, order: Order, what: str, who: str, note: str, letters: int
    ) -> None:
        which = str(order.filter.masked())
        line = Line(who, what, which, letters, order.events, note)
        self._audit.write(order.portal, line)


def refuse_empty(filter_: Filter, everything: bool) -> None:
    """Refuse to take a filter that leaves nothing out for what was meant.

    Raises:
        Unclear: says what to do.

    """
    if filter_.is_empty and not everything:
        raise Unclear(
            "this means every dead letter there is; say --all if you do (in the API:"
            ' "everything": true)'
        )
    if everything and not filter_.is_empty:
        raise Unclear(f"--all is every letter, and the filter says: {filter_}")


def outcome(order: Order) -> str:
    """Return in words how an order went, or how far it is."""
    parts = [f"{order.letters} letters, {order.events} events"]
    if order.verb == REPLAY:
        parts.append(f"{order.settled} settled, {order.died} died again")
        parts += [f"{order.open} still open"] if order.open else []
    parts += [f"{order.failed} could not be moved: {order.problem}"] * bool(
        order.failed
    )
    if not order.is_active:
        parts.append(f"{order.seconds:.1f} s, {order.calls} HubSpot calls")
    return "; ".join(parts)
