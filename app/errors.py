"""Every error of the service, each with the verdict that says what happens next.

HubkeeperError
    ConfigError                   the process does not start
    RequestRejected               answered once, with its own status
        NotFromHubSpot  401       no signature of ours fits
            Unfit       401       there is one, and it does not fit
            TooOld      401       it fits, and is more than five minutes away from now
        Unreadable      400       genuine, but not a JSON array of events
        TooLarge        413       longer than any delivery of HubSpot
        TooSlow         408       did not arrive whole in time
        Encoded         415       compressed, which HubSpot's deliveries never are
    StoreDown                     web: 503, HubSpot sends again; worker: stops
        StoreNewer                the store is a newer hubkeeper's: leave its work alone
    Sealed                        stored under a key that is not ours
    Backlogged                    web: 503; too many events are waiting already
    HubSpotError
        Unreachable     RETRY     no answer: refused, reset, timed out
        ServerBroken    RETRY     5xx, or an answer that is not HubSpot's
        Throttled       WAIT      429, 423, 477: come back later
        Denied          PAUSE     401, 403: the token, not the contact, is at fault
        Refused         BURY      400, 404, 409...: HubSpot's final word on this input
    ActionOutcome                 raised by actions
        Skip            DROP      nothing to do for this contact after all
        Snooze          WAIT      look again in a while
        GiveUp          BURY      this contact cannot be helped
    LeaseLost           DROP      somebody else has the contact now
    Stopped             WAIT      this worker is told to stop; others go on at once

Anything else is a bug: RETRY three times, then BURY with its traceback.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence


class Verdict(enum.Enum):
    """What becomes of a contact whose round met an error."""

    RETRY = "retry"  # later, with growing delay; counts an attempt
    WAIT = "wait"  # later, at a known time; counts no attempt
    PAUSE = "pause"  # the portal rests if all is denied to it; counts no attempt
    BURY = "bury"  # a person must look; kept as a dead letter
    DROP = "drop"  # nothing is left to do


class HubkeeperError(Exception):
    """Base of everything the service raises on purpose."""


class ConfigError(HubkeeperError):
    """The environment does not add up; the message lists every problem."""


class RequestRejected(HubkeeperError):
    """A webhook request that is answered with `status` and never stored."""

    status = 400
    category = "VALIDATION_ERROR"


class NotFromHubSpot(RequestRejected):
    """No accepted signature matches any of our secrets."""

    status = 401
    category = "INVALID_AUTHENTICATION"


class Unfit(NotFromHubSpot):
    """A request that bears an accepted signature, which does not fit."""


class TooOld(NotFromHubSpot):
    """A genuine-looking request whose timestamp is more than five minutes off."""


class Unreadable(RequestRejected):
    """The body is not a JSON array of events."""


class TooLarge(RequestRejected):
    """The body is larger than any delivery of HubSpot."""

    status = 413


class TooSlow(RequestRejected):
    """The request did not arrive whole in the time it had."""

    status = 408


class Encoded(RequestRejected):
    """The body is compressed; nobody who is no stranger does that."""

    status = 415


class StoreDown(HubkeeperError):
    """Redis did not answer in time, or refused to store."""


class StoreNewer(StoreDown):
    """A newer hubkeeper has been at this store; only it can read all that is there."""


class Sealed(HubkeeperError):
    """What is stored was sealed with a key that this process does not have."""


class Backlogged(HubkeeperError):
    """The portal has more waiting events than the configured limit."""


class HubSpotError(HubkeeperError):
    """HubSpot did not do what was asked.

    Attributes:
        status: HTTP status, or None when no answer came.
        category: HubSpot's `category` (or `errorType`), "" when absent.
        correlation_id: what HubSpot's support asks for, "" when absent.
        sub_category: HubSpot's `subCategory`, "" when absent.
        context: HubSpot's `context`, e.g. {"ids": ["501"]}.
        details: HubSpot's `errors[]` as they came.
        retry_after: seconds to stay away, where the answer names or implies them.

    """

    verdict = Verdict.RETRY

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        category: str = "",
        correlation_id: str = "",
        sub_category: str = "",
        context: Mapping[str, Sequence[str]] | None = None,
        details: Sequence[Mapping[str, object]] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.correlation_id = correlation_id
        self.sub_category = sub_category
        self.context = dict(context or {})
        self.details = tuple(details)
        self.retry_after = retry_after


class Unreachable(HubSpotError):
    """No answer: the request may or may not have been carried out."""


class ServerBroken(HubSpotError):
    """5xx or a gateway's page: the request may or may not have been carried out."""


class Throttled(HubSpotError):
    """429, 423 or 477: nothing was done; stay away for `retry_after` seconds."""

    verdict = Verdict.WAIT


class Denied(HubSpotError):
    """401 or 403: the portal's credentials are refused."""

    verdict = Verdict.PAUSE


class Refused(HubSpotError):
    """HubSpot's final word on this input: 400, 404, 409 and the like."""

    verdict = Verdict.BURY


class ActionOutcome(HubkeeperError):
    """An action says that it has no changes to offer, and why."""

    verdict = Verdict.DROP


class Skip(ActionOutcome):
    """There is nothing to do for this contact after all."""


class Snooze(ActionOutcome):
    """Look at the contact again in `seconds`."""

    verdict = Verdict.WAIT

    def __init__(self, seconds: float, message: str = "snoozed by an action") -> None:
        super().__init__(message)
        self.seconds = seconds


class GiveUp(ActionOutcome):
    """This contact cannot be helped; a person should see it."""

    verdict = Verdict.BURY


class Outdated(HubkeeperError):
    """What was remembered of HubSpot is no longer so; look again."""


class NotTaken(HubkeeperError):
    """Whoever gets forwarded messages did not take one this time."""


class Stopped(HubkeeperError):
    """This worker was told to stop, and has no time left for the contact."""

    verdict = Verdict.WAIT


class LeaseLost(HubkeeperError):
    """The contact's lease ran out and somebody else has it now."""

    verdict = Verdict.DROP
