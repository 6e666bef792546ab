"""The account and the people in it, as HubSpot describes them."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass

from app.hubspot.shapes.shape import Flag, Id, Moment, Parts, Shape, Text, Whole, Words


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What HubSpot says about an account; "" for what it does not say.

    Attributes:
        portal_id: digits.
        account_type: "STANDARD", "DEVELOPER_TEST", "SANDBOX"...
        time_zone: "Europe/Berlin"; daily limits start anew at its midnight.
        currency: "EUR".
        additional_currencies: the others that deals can have.
        ui_domain: "app-eu1.hubspot.com".
        data_location: "eu1", where the data is kept.
        utc_offset_ms: of the time zone, now.

    """

    portal_id: str
    account_type: str = ""
    time_zone: str = ""
    currency: str = ""
    additional_currencies: tuple[str, ...] = ()
    ui_domain: str = ""
    data_location: str = ""
    utc_offset_ms: int = 0

    def until_midnight(self, now: float) -> float:
        """Return the seconds from `now`, epoch seconds, to midnight in the account."""
        try:
            zone: datetime.tzinfo = zoneinfo.ZoneInfo(self.time_zone)
        except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
            zone = datetime.timezone(
                datetime.timedelta(milliseconds=self.utc_offset_ms)
            )
        here = datetime.datetime.fromtimestamp(now, zone)
        tomorrow = here.date() + datetime.timedelta(days=1)
        midnight = datetime.datetime.combine(tomorrow, datetime.time(), zone)
        return midnight.timestamp() - now

    def record_url(self, object_type_id: str, record_id: str) -> str:
        """Return where a person sees it; the type is an id such as "0-1"."""
        page = f"{self.portal_id}/record/{object_type_id}/{record_id}"
        return f"https://{self.ui_domain}/contacts/{page}"


class AccountDetailsShape(Shape[AccountDetails]):
    """An account."""

    makes = AccountDetails
    portal_id = Id(required=True)
    account_type = Text()
    time_zone = Text()
    currency = Text(data_key="companyCurrency")
    additional_currencies = Words()
    ui_domain = Text()
    data_location = Text(data_key="dataHostingLocation")
    utc_offset_ms = Whole(data_key="utcOffsetMilliseconds")


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """How many calls of a kind were made today, by all private apps together.

    Attributes:
        name: "private-apps-api-calls-daily".
        usage_limit: how many calls the account may make in a day.
        current_usage: how many it made, when it was counted last.
        collected_at: when it was counted, epoch seconds.
        resets_at: when the day ends, epoch seconds.
        fetch_status: "SUCCESS", "CACHED", "FAILURE", "TIMEOUT", "NOTFOUND".

    """

    name: str
    usage_limit: int = 0
    current_usage: int = 0
    collected_at: float | None = None
    resets_at: float | None = None
    fetch_status: str = ""


class ApiUsageShape(Shape[ApiUsage]):
    """A count of calls."""

    makes = ApiUsage
    name = Text(required=True)
    usage_limit = Whole()
    current_usage = Whole()
    collected_at = Moment()
    resets_at = Moment()
    fetch_status = Text()


@dataclass(frozen=True, slots=True)
class Team:
    """A team that an owner is in; one of them is the primary one."""

    id: str
    name: str = ""
    primary: bool = False


class TeamShape(Shape[Team]):
    """A team."""

    makes = Team
    id = Id(required=True)
    name = Text()
    primary = Flag()


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody whom records can belong to.

    Attributes:
        id: what `hubspot_owner_id` holds; not the same as the user's id.
        email: "" for a queue.
        type: "PERSON" or "QUEUE".
        user_id: digits, "" when the user is deactivated.
        user_id_including_inactive: digits.
        archived: deactivated.
        created_at: epoch seconds, None when HubSpot did not say.

    """

    id: str
    email: str = ""
    type: str = ""
    first_name: str = ""
    last_name: str = ""
    user_id: str = ""
    user_id_including_inactive: str = ""
    archived: bool = False
    teams: tuple[Team, ...] = ()
    created_at: float | None = None
    updated_at: float | None = None


class OwnerShape(Shape[Owner]):
    """An owner."""

    makes = Owner
    id = Id(required=True)
    email = Text()
    type = Text()
    first_name = Text()
    last_name = Text()
    user_id = Id()
    user_id_including_inactive = Id()
    archived = Flag()
    teams = Parts(TeamShape())
    created_at = Moment()
    updated_at = Moment()


ACCOUNT_DETAILS = AccountDetailsShape()
API_USAGE = ApiUsageShape()
OWNER = OwnerShape()
