"""What is set about what was: how it is kept, watched and repaired."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import validate

from app.settings.setting import positive, setting, store_keys
from app.settings.work import WorkSettings


@dataclass(frozen=True, slots=True)
class CareSettings(WorkSettings):
    """What is kept of the past, who is told of trouble, and how it is repaired."""

    store_keys: tuple[str, ...] = setting(
        "list",
        (),
        "Fernet keys that seal personal data in the store; the first seals, all open",
        store_keys,
        secret=True,
    )
    keep_s: float = setting(
        "float",
        7 * 24 * 3600.0,
        "How long deliveries and finished contacts can be looked up",
        positive(),
    )
    keep_deliveries: int = setting(
        "int", 10_000, "How many deliveries can be looked up at most", positive()
    )
    keep_finished: int = setting(
        "int",
        10_000,
        "How many finished contacts of a portal can be looked up at most",
        positive(),
    )
    archive_mb: int = setting(
        "int",
        0,
        "Megabytes of accepted deliveries kept per portal, for a replay; 0: none",
        validate.Range(min=0),
    )
    archive_s: float = setting(
        "float", 3 * 24 * 3600.0, "How long accepted deliveries are kept", positive()
    )
    ops_token: str = setting(
        "str",
        "",
        "Opens the dashboard and the ops API of the web process; empty: both are off",
        validate.Length(min=16),
        secret=True,
    )
    replay_rate: float = setting(
        "float", 50.0, "Dead letters replayed per second", positive()
    )
    reconcile_every_s: float = setting(
        "float",
        0.0,
        "How often to look in HubSpot for changes whose webhooks never came; 0: never",
        validate.Range(min=0),
    )
    daily_share: float = setting(
        "float",
        0.5,
        "Share of the day's calls after which reconcile and backfill wait",
        validate.Range(min=0, max=1),
    )
    alert_url: str = setting(
        "str",
        "",
        "Where alerts are posted as JSON with a `text`, as Slack's webhooks take it",
        secret=True,
    )
    alert_email: tuple[str, ...] = setting(
        "list", (), "Who gets alerts by e-mail, comma-separated"
    )
    smtp_url: str = setting(
        "str",
        "",
        "Mail server for alerts: smtp://user:password@host:587, or smtps://",
        secret=True,
    )
    alert_dead: int = setting(
        "int", 1, "Alert from so many dead letters of a portal on", positive()
    )
    alert_lag_s: float = setting(
        "float", 900.0, "Alert when a contact is overdue for so long", positive()
    )
    alert_memory: float = setting(
        "float",
        0.75,
        "Alert when so much of the store's memory limit is used",
        validate.Range(min=0, min_inclusive=False, max=1),
    )
    alert_errors: float = setting(
        "float",
        0.1,
        "Alert when such a share of a portal's contacts fails within five minutes",
        validate.Range(min=0, min_inclusive=False, max=1),
    )
    runbook_url: str = setting(
        "str", "", "Where your copy of deploy/runbook.md is read; alerts link to it"
    )
