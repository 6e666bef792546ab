"""What is set about the work: the store, the rounds, the actions."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import validate

from app.settings.door import DoorSettings
from app.settings.setting import positive, setting, store_url


@dataclass(frozen=True, slots=True)
class WorkSettings(DoorSettings):
    """How contacts are worked off."""

    redis_url: str = setting(
        "str",
        "redis://127.0.0.1:6379/0",
        "The store; Redis 6.2 or Valkey 7.2 and later",
        store_url,
    )
    allow_lossy_store: bool = setting(
        "bool", False, "Start although the store will lose what it accepted"
    )
    linger_s: float = setting(
        "float",
        1.0,
        "How long a contact's events gather into one piece of work",
        validate.Range(min=0),
    )
    lease_s: float = setting(
        "float",
        60.0,
        "How long a silent worker keeps its contacts before others take them",
        validate.Range(min=1),
    )
    round_contacts: int = setting(
        "int",
        300,
        "Most contacts a worker takes in hand at once",
        validate.Range(min=1, max=1000),
    )
    worker_processes: int = setting(
        "int", 2, "Processes of one `hubkeeper worker`", positive()
    )
    max_attempts: int = setting(
        "int",
        12,
        "Failed attempts after which a contact becomes a dead letter",
        positive(),
    )
    create_companies: bool = setting(
        "bool", True, "Make the company of an e-mail domain when there is none"
    )
    action_timeout_s: float = setting(
        "float", 5.0, "How long an action may think about one contact", positive()
    )
    allow_merge: bool = setting(
        "bool", False, "Let actions merge duplicates; otherwise it is only remarked"
    )
    allow_archive: bool = setting(
        "bool", False, "Let actions archive contacts; otherwise it is only remarked"
    )
    forward_secret: str = setting(
        "str", "", "Signs what actions forward to URLs of yours", secret=True
    )
    forward_private: bool = setting(
        "bool", False, "Let actions forward over http:// and to private addresses"
    )
    action_modules: tuple[str, ...] = setting(
        "list", (), "Python modules with actions of your own, comma-separated"
    )
    rules_file: str = setting(
        "str", "", "A rules.toml; without one every default action is taken as it comes"
    )
    log_level: str = setting(
        "str",
        "INFO",
        "DEBUG, INFO, WARNING or ERROR",
        validate.OneOf(("DEBUG", "INFO", "WARNING", "ERROR")),
    )
    pause_s: float = setting(
        "float",
        5.0,
        "How long work rests when HubSpot is down or refuses the token, before it is "
        "asked again; doubles up to twelve times as long",
        positive(),
    )
    stop_s: float = setting(
        "float",
        20.0,
        "How long a worker that is told to stop goes on before it hands back",
        positive(),
    )
