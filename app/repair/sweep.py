"""Carries a sweep on: read a page, put its contacts in, write down how far it is.

In this order a crash costs a page that is read again, and its events are duplicates;
no contact is passed over, and none counted twice.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from app.errors import Refused, StoreDown
from app.events.receipt import Receipt
from app.events.sweeps import Sweep
from app.repair import hint, wait
from app.repair.wait import Quota, Wait
from app.repair.walk import Step, Walk
from app.services import Services


class Sweeper:
    """One sweep in our hand.

    Attributes:
        sweep: how far it is.

    """

    def __init__(
        self, services: Services, sweep: Sweep, walk: Walk, quota: Quota
    ) -> None:
        self.sweep = sweep
        self._services = services
        self._walk = walk
        self._quota = quota
        self._troubles = 0
        # What is a duplicate now was perhaps put in by one who crashed before he could
        # count it.
        self._is_repeat = True

    def step(self) -> Wait | None:
        """Put in one page; where that is not possible now, return what to wait for.

        Raises:
            Refused: HubSpot will not show the page, now or later.
            LeaseLost: another process has taken the sweep over.

        """
        try:
            held_up = self._attempt()
        except Refused:
            raise
        except wait.TROUBLES as trouble:
            self._troubles += 1
            self._is_repeat = True
            held_up = wait.after(trouble, self._troubles)
        else:
            self._troubles = 0
        if held_up:
            self._explain(held_up.why)
        return held_up

    def _attempt(self) -> Wait | None:
        held_up = wait.for_room(self._services, self.sweep.portal)
        held_up = held_up or self._quota.objection()
        if held_up:
            return held_up
        step = self._walk.step(self.sweep.cursor)
        receipt = Receipt()
        if step.found:
            receipt = self._services.inbox.accept(hint.events(self.sweep, step.found))
        news = len(step.found) if self._is_repeat else receipt.accepted
        self._write_down(step, self.sweep.found + news)
        self._is_repeat = False
        return step.wait

    def _write_down(self, step: Step, found: int) -> None:
        moved = replace(
            self.sweep,
            cursor=step.cursor,
            found=found,
            total=self.sweep.total if step.left is None else found + step.left,
            ended_at=time.time() if step.is_last else 0.0,
            waits_for="",
        )
        self._services.sweeps.save(moved)
        self.sweep = moved

    def _explain(self, why: str) -> None:
        """Let others see what holds the sweep up; said once, not at every look."""
        if why != self.sweep.waits_for:
            self.sweep = replace(self.sweep, waits_for=why)
            with contextlib.suppress(StoreDown):
                self._services.sweeps.save(self.sweep)


def carry_on(
    sweeper: Sweeper,
    tell: Callable[[Sweep], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Sweep:
    """Go on until the sweep has ended, however long that takes.

    Args:
        sweeper: the sweep.
        tell: called whenever it has moved, or has to wait.
        sleep: waits some seconds.

    Raises:
        Refused: as `Sweeper.step` does.
        LeaseLost: likewise.

    """
    while not sweeper.sweep.ended_at:
        held_up = sweeper.step()
        tell(sweeper.sweep)
        if held_up:
            sleep(held_up.seconds)
    return sweeper.sweep
