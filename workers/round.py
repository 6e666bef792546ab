"""One round: the contacts a worker has in hand, and how far each of them got."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from app.errors import HubSpotError, LeaseLost, Outdated, Refused, Snooze
from app.events.claim import Claim, Claimed
from app.events.inbox import Inbox
from app.events.journal import Entry
from app.events.ledger import Ledger
from app.hubspot.client import HubSpot
from app.services import Services
from workers.contact import Contact
from workers.plan import Plan
from workers.stop import NEVER, Stop


@dataclass(frozen=True, slots=True)
class View:
    """How a contact, as it is `now`, will look when so many wishes have come true."""

    now: Contact
    wished: int
    contact: Contact


@dataclass(slots=True)
class Job:
    """One contact on its way through the round.

    Attributes:
        contact: as HubSpot holds it, once it was read.
        updated_at: its `updatedAt` then, epoch seconds.
        echoes: keys of the events that only tell of our own writes.
        plan: what the actions want.
        values: properties to write; only differences.
        by: which rule or action wanted each of the values, refused ones too.
        asked: the rule that is being asked, or that failed.
        company_id: the company to associate, once it is known.
        moved_house: its companies are others than they were when it was read.
        activity_ids: what was written on the contact, now or earlier, by key.
        refused: what could not be written, and why, by property.
        survivor: the contact that this one was merged into.
        outcome: how it ended: "unconcerned" (no action wanted its events), "gone"
            (deleted meanwhile), "forgotten" (privacy), "merged" (into another one),
            "unchanged" or "written".
        failure: why it did not end well.
        later: an action wants to look again, when all else is done.
        view: what the last rule was shown, if any rule has wished something.

    """

    claimed: Claimed
    contact: Contact | None = None
    updated_at: float = 0.0
    echoes: set[str] = field(default_factory=set)
    plan: Plan = field(default_factory=Plan)
    values: dict[str, str] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)
    asked: str = ""
    company_id: str = ""
    moved_house: bool = False
    activity_ids: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    survivor: str = ""
    outcome: str = "unchanged"
    failure: Exception | None = None
    later: Snooze | None = None
    view: View | None = None
    finished: bool = False

    @property
    def id(self) -> str:
        """The contact's id."""
        return self.claimed.contact_id

    def finish(self, outcome: str) -> None:
        """Nothing more is to be done for this contact."""
        self.outcome = outcome
        self.finished = True

    def fail(self, error: Exception) -> None:
        """Nothing more can be done for this contact in this round."""
        self.failure = error
        self.finished = True

    def snooze(self, later: Snooze) -> None:
        """Come back for an action; what the others want is done now."""
        if self.later is None or later.seconds < self.later.seconds:
            self.later = later

    def before(self, name: str) -> str:
        """Return a property as it was when it was read."""
        assert self.contact is not None  # noqa: S101 - jobs at work were read
        return self.contact[name]

    def current(self, name: str) -> str:
        """Return a property as it will be when this round has written."""
        return self.values[name] if name in self.values else self.before(name)


class Lease:
    """Keeps the round's contacts ours while it works."""

    def __init__(
        self,
        inbox: Inbox,
        claim: Claim,
        jobs: Mapping[str, Job],
        stop: Stop = NEVER,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inbox = inbox
        self._claim = claim
        self._jobs = jobs
        self._stop = stop
        self._now = now
        self._renewed_at = claim.claimed_at

    def hold(self) -> None:
        """Renew the lease when a third of it is over; drop what is not ours any more.

        Called before every call to HubSpot: the longest of them fits into the rest.

        Raises:
            Stopped: the worker was told to stop, and no time is left.
            Snooze: a contact was not ours any more; what the round was about to write
                may be about it, so that the round ends, and what is ours is done again.

        """
        self._stop.look()
        if self._now() - self._renewed_at < self._inbox.options.lease_s / 3:
            return
        began = self._now()
        # Those that failed are in hand, too, until the round ends.
        in_hand = [
            job.id
            for job in self._jobs.values()
            if not isinstance(job.failure, LeaseLost)
        ]
        ours = self._inbox.extend(self._claim, in_hand)
        self._renewed_at = began
        lost = [contact_id for contact_id in in_hand if contact_id not in ours]
        for contact_id in lost:
            self._jobs[contact_id].fail(LeaseLost(f"contact {contact_id}"))
        if lost:
            raise Snooze(0, "this round overslept; it is done again")


@dataclass(slots=True)
class Round:
    """Everything the steps of a round share.

    Attributes:
        hold: makes sure that the contacts are still ours; fails those that are not.

    """

    claim: Claim
    services: Services
    hubspot: HubSpot
    jobs: Mapping[str, Job]
    hold: Callable[[], None]
    remarks: list[Entry] = field(default_factory=list)
    plans: list[Entry] = field(default_factory=list)

    @property
    def portal(self) -> str:
        """The portal whose contacts these are."""
        return self.claim.portal

    @property
    def ledger(self) -> Ledger:
        """What was made for the portal's contacts."""
        return self.services.ledger

    @property
    def token(self) -> str:
        """Names this round in the ledger and in the leases."""
        return self.claim.token

    def at_work(self) -> Iterator[Job]:
        """Iterate over the contacts that are neither finished nor failed."""
        return (job for job in list(self.jobs.values()) if not job.finished)

    def remark(self, job: Job, kind: str, text: str) -> None:
        """Say what people should know about a contact, without holding it up."""
        self.remarks.append(Entry(job.id, kind, text, time.time()))

    def plan(self, job: Job, rule: str, change: str) -> None:
        """Say what a rule would change if it were not only tried."""
        self.plans.append(Entry(job.id, rule, change, time.time()))

    def tell(self) -> None:
        """Show people what was remarked and planned, each thing once."""
        jobs = self.jobs.values()
        done = {job.id for job in jobs if not (job.failure or job.later)}
        for journal, entries in (
            (self.services.remarks, self.remarks),
            (self.services.plans, self.plans),
        ):
            journal.write(self.portal, [e for e in entries if e.contact_id in done])

    def fail(self, errors: Mapping[str, HubSpotError]) -> None:
        """Fail contacts by id; one that HubSpot has no more is no failure."""
        for contact_id, error in errors.items():
            if error.status == 404:
                self.jobs[contact_id].finish("gone")
            elif isinstance(error, Refused) and error.status is None:
                # Left out without a word: merged away, as the next read tells.
                self.jobs[contact_id].fail(Outdated(str(error)))
            else:
                self.jobs[contact_id].fail(error)
