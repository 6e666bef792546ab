"""How a sandbox is before anybody does anything with it, and again after a reset."""

from __future__ import annotations

from app.sandbox import edits
from app.sandbox.api.gate import Gate
from app.sandbox.crm.object_types import CONTACT
from app.sandbox.faults import Fault
from app.sandbox.people import people


def begin(gate: Gate) -> None:
    """Be as the configuration says: account, app, limits, faults; nothing happened.

    Raises:
        ValueError: a fault of the configuration makes no sense.

    """
    config, portal = gate.config, gate.portal
    gate.faults.put([Fault.from_json(raw) for raw in config.faults])
    with portal.at_work():
        portal.reset()
        edits.seed(portal, CONTACT, people(config.people, config.seed))
        portal.journal.forget()
    gate.app.reset()
    gate.limiter.switch_to(config.plan)
    gate.recorder.clear()
