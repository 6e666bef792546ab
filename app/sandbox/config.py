"""Everything a sandbox may be told before it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.sandbox.limits import PLANS, Plan
from app.sandbox.switches import Switches


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """One portal with one app installed in it.

    Attributes:
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        token: the app's access token, as of a private app.
        scopes: what the app may do, () for everything.
        client_id: the app's name in OAuth.
        client_secret: the app's password in OAuth, and what webhooks are signed with.
        redirect_uris: where an installation may lead back to, () for anywhere.
        consent: what a person says whom the app asks for access; "ask" asks on a page.
        developer_key: the `hapikey` of whoever manages the app's webhooks.
        app_id: the app; the `sourceId` of what its token writes.
        portal_id: the account.
        seed: decides record ids, faults by probability and what the sender shuffles.
        plan: rate limits.
        search_lag_s: how long a write stays invisible to search, seconds.
        clock_speed: seconds that pass in the sandbox while one passes outside.
        faults: trouble from the start, as the control plane takes it.
        people: so many invented contacts are there from the start.
        webhook_target: where webhooks are delivered, "" for nowhere.
        sender_options: further options of the webhook sender, by name.
        switches: behaviour where HubSpot's own is uncertain.

    """

    host: str = "127.0.0.1"
    port: int = 0
    token: str = "sandbox-token"  # noqa: S105 - the sandbox's own, no secret
    scopes: tuple[str, ...] = ()
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 - the same
    redirect_uris: tuple[str, ...] = ()
    consent: Literal["grant", "deny", "ask"] = "grant"
    developer_key: str = "sandbox-developer-key"
    app_id: str = "1160452"
    portal_id: str = "20000001"
    seed: int = 0
    plan: Plan = PLANS["professional"]
    search_lag_s: float = 2.0
    clock_speed: float = 1.0
    faults: Sequence[Mapping[str, object]] = ()
    people: int = 0
    webhook_target: str = ""
    sender_options: Mapping[str, object] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
