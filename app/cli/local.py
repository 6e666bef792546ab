"""What a service on this machine is told: where it lives, where the sandbox is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.sandbox.config import SandboxConfig

HOME = Path(".hubkeeper")
SANDBOX = SandboxConfig()

# What the processes are told when they talk to the sandbox instead of HubSpot.
IN_SANDBOX = {
    "HUBSPOT_CLIENT_SECRET": SANDBOX.client_secret,
    "HUBSPOT_ACCESS_TOKEN": SANDBOX.token,
    "HUBSPOT_APP_ID": SANDBOX.app_id,
    "RATE_CALLS": "190",
    # The sandbox is quick, and its search lags two seconds: no need to wait for long.
    "HTTP_TIMEOUT_S": "5",
    "LEASE_S": "8",
    "SEARCH_LAG_S": "4",
}


def in_sandbox(port: int, sandbox_port: int) -> dict[str, str]:
    """Return the settings of a service that talks to the sandbox."""
    return IN_SANDBOX | {
        "HUBSPOT_API_URL": f"http://127.0.0.1:{sandbox_port}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        # A store of its own: ids of the sandbox mean nothing anywhere else.
        "REDIS_URL": "",
    }


def progress(counts: Mapping[str, int]) -> str:
    """Return one line about how far it is."""
    names = ("accepted", "waiting", "working", "settled", "dead")
    return "  ".join(f"{name} {counts.get(name, 0)}" for name in names)
