"""Starts a web or worker process that is broken on purpose, and says nothing of it.

    python -m tests.chaos.mutant "settle before write" worker

One function or one script is replaced, then the ordinary command runs. Whoever watches
from outside must notice.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.cli import command
from app.errors import HubkeeperError
from app.events import scripts
from app.events.inbox import Inbox
from app.events.receipt import Receipt
from app.events.scripts import Scripts


def settle_before_write() -> None:
    """The worker strikes the events out, and then begins to write."""
    from workers import writeback
    from workers.round import Round

    write = writeback.write

    def settle_and_write(round_: Round) -> None:
        outcomes = [(job.id, "written") for job in round_.at_work()]
        round_.services.inbox.settle(round_.claim, outcomes)
        write(round_)

    writeback.write = settle_and_write


def no_lease_check() -> None:
    """Whoever once had a contact in hand believes that it still has."""
    _replace_in_scripts(
        "return redis.call('HGET', state_of(contact), 'token') == token", "return true"
    )


def trim_too_much() -> None:
    """The settled contact's events are all deleted, also those that came meanwhile."""
    _replace_in_scripts(
        "redis.call('LTRIM', events_of(contact), taken, -1)",
        "redis.call('DEL', events_of(contact))",
    )


def ack_before_store() -> None:
    """The door answers 204 at once, and stores a moment later, if it can."""
    accept = Inbox.accept

    def answer_first(self: Inbox, *args: Any, **options: Any) -> Receipt:
        def store() -> None:
            time.sleep(0.05)
            with contextlib.suppress(HubkeeperError):
                accept(self, *args, **options)

        threading.Thread(target=store, daemon=True).start()
        return Receipt()

    _patch(Inbox, "accept", answer_first)


def nudge_without_ticker() -> None:
    """The door wakes a worker for what it stored; nobody looks for what is due."""
    from workers.celery import send_wake_up
    from workers.ticker import Ticker

    accept = Inbox.accept

    def accept_and_nudge(
        self: Inbox, items: Sequence[Any], *args: Any, **more: Any
    ) -> Receipt:
        receipt = accept(self, items, *args, **more)
        for portal in {item.portal_id for item in items}:
            threading.Timer(self.options.linger_s, send_wake_up, [portal]).start()
        return receipt

    _patch(Inbox, "accept", accept_and_nudge)
    _patch(Ticker, "tick", lambda self: None)


MUTATIONS: Mapping[str, Callable[[], None]] = {
    "settle before write": settle_before_write,
    "no lease check": no_lease_check,
    "trim too much": trim_too_much,
    "ack before store": ack_before_store,
    "nudge without ticker": nudge_without_ticker,
}


def _patch(owner: type, name: str, function: object) -> None:
    setattr(owner, name, function)


def _replace_in_scripts(right: str, wrong: str) -> None:
    """Break a line of the Lua sources, wherever it stands.

    Raises:
        SystemExit: it stands nowhere, so that nothing would be broken.

    """
    if not any(right in scripts.source(name) for name in scripts.NAMES):
        raise SystemExit(f"no script says {right!r}; mend the mutation")

    def source(name: str) -> str:
        return scripts.source(name).replace(right, wrong)

    prepare = Scripts.__init__

    def prepare_broken(self: Scripts, store: Any, _: Any = None, **more: Any) -> None:
        prepare(self, store, source, **more)

    _patch(Scripts, "__init__", prepare_broken)


def _stay(_path: str, arguments: Sequence[str]) -> None:
    """Run `python -m module ...` in this process, which keeps what is broken in it."""
    sys.argv = list(arguments[2:])
    runpy.run_module(arguments[2], run_name="__main__", alter_sys=True)


def main() -> None:
    """Break what the first argument names; run the command that the rest is."""
    MUTATIONS[sys.argv[1]]()
    del sys.argv[1]
    os.execv = _stay  # type: ignore[assignment]
    command.main()


if __name__ == "__main__":
    main()
