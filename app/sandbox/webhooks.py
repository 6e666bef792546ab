"""What the sandbox asks of whoever delivers its webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.sandbox.crm.journal import Listener
from app.sandbox.delivery_outbox import Letter


class WebhookSender(Listener, Protocol):
    """Takes changes and delivers them in its own time."""

    def start(self) -> None:
        """Begin to deliver."""

    def stop(self) -> None:
        """Stop delivering."""

    def configure(self, **options: Any) -> None:
        """Change options, e.g. `target_url`; raises TypeError or ValueError."""

    def reset(self) -> None:
        """Have the first options again, and drop what has not left."""

    def report(self) -> Mapping[str, object]:
        """Return counters and the last deliveries."""

    def idle(self) -> bool:
        """Tell whether everything was delivered or given up."""

    def letters(self) -> Sequence[Letter]:
        """Return the last requests and those to come, with contents, newest first."""

    @property
    def target_url(self) -> str:
        """Where webhooks are delivered, "" for nowhere."""
