"""`hubkeeper doctor`: is everything in order, and if not, what is wrong?"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import click

from app import services, settings
from app.cli import alerts, serve
from app.errors import HubkeeperError
from app.events import durability, keys, seal
from app.events.delivery import Delivery
from app.events.swings import SPAN_S
from app.repair.moment import shown
from app.services import MOST_SHOWN, Services

SEE = "see `hubkeeper deliveries`"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: is it good, and what was seen."""

    what: str
    good: bool
    seen: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(as_json: bool) -> None:
    """Check settings, store, token and books. Exit 1 if anything is wrong."""
    findings = examine()
    good = all(finding.good for finding in findings)
    if as_json:
        body = {"good": good, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(body, indent=2))
    else:
        for finding in findings:
            click.echo(
                f"{'ok   ' if finding.good else 'WRONG'} {finding.what}: {finding.seen}"
            )
    sys.exit(0 if good else 1)


def examine() -> list[Finding]:
    """Look at everything; what cannot be looked at is a finding too."""
    try:
        ours = settings.from_environ(os.environ, needs=("hubspot_client_secret",))
    except HubkeeperError as error:
        return [Finding("settings", good=False, seen=str(error))]
    at = services.connect(ours)
    findings = [Finding("settings", good=True, seen="complete")]
    for what, look in LOOKS.items():
        findings += attempt(what, at, look)
    return findings


def attempt(
    what: str, at: Services, look: Callable[[Services], list[Finding]]
) -> list[Finding]:
    """Look at one thing; an error of ours is what was found."""
    try:
        return look(at)
    except HubkeeperError as error:
        return [Finding(what, good=False, seen=str(error))]


def rules(at: Services) -> list[Finding]:
    """Are the rules and actions such that a worker starts?"""
    serve.check_rules(os.environ)
    file = at.settings.rules_file or "none; every default action is taken"
    return [Finding("rules", good=True, seen=file)]


def store(at: Services) -> list[Finding]:
    """Does the store answer, and does it keep what it is told?"""
    seal.admit(at.scripts)
    problems = durability.problems(at.store)
    seen = "; ".join(problems) or durability.promise(at.store)
    return [Finding("store", not problems, seen)]


def token(at: Services) -> list[Finding]:
    """Does HubSpot take the token, and whose is it?"""
    if not at.settings.hubspot_access_token:
        return [Finding("token", good=False, seen="HUBSPOT_ACCESS_TOKEN is not set")]
    details = at.clients.unchecked(keys.NOWHERE).account.details()
    return [Finding("token", good=True, seen=f"opens portal {details.portal_id}")]


def deliveries(at: Services) -> list[Finding]:
    """Does anything come to the door, and is it let in?"""
    refused: list[Delivery] = []
    for each in at.deliveries.latest():
        if each.outcome == "accepted":
            since = f"; {len(refused)} since then were not, {SEE}" if refused else ""
            seen = f"the last one was accepted {shown(each.at)}{since}"
            return [Finding("deliveries", good=True, seen=seen)]
        refused.append(each)
    if not refused:
        return [Finding("deliveries", good=True, seen="none came yet")]
    seen = f"none of {len(refused)} was accepted, {SEE}; the last: {refused[0].reason}"
    return [Finding("deliveries", good=False, seen=seen)]


def books(at: Services) -> list[Finding]:
    """Does the conservation law hold, and does anything stand still?"""
    findings = []
    for portal in at.inbox.portals():
        law = at.books.law(portal)
        findings.append(Finding(f"portal {portal}", law.holds, str(law)))
        if law.dead:
            seen = f"{law.dead} events; see `hubkeeper dead list --portal {portal}`"
            findings.append(
                Finding(f"portal {portal} dead letters", good=True, seen=seen)
            )
        findings += fights(at, portal)
        findings += standstill(at, portal)
    return findings or [Finding("books", good=True, seen="no event yet")]


def standstill(at: Services, portal: str) -> list[Finding]:
    """Say what keeps the portal's contacts waiting, and what of them."""
    illness = at.illnesses.illness_of(portal)
    paused = at.throttle.paused(portal)
    complaint = at.illnesses.complaint_of(portal)
    findings = []
    if illness:
        again = f"in {paused[0]:.0f} s" if paused else "now"
        seen = f"{illness}; HubSpot is asked again {again}, all contacts wait till then"
        findings.append(Finding(f"portal {portal} paused", good=False, seen=seen))
    elif paused:
        seen = f"for another {paused[0]:.0f} s: {paused[1]}"
        findings.append(Finding(f"portal {portal} paused", good=False, seen=seen))
    if complaint:
        what = f"portal {portal} denied calls"
        findings.append(Finding(what, good=False, seen=str(complaint)))
    return findings


def watched(at: Services) -> list[Finding]:
    """Is anybody told when something goes wrong?"""
    return [Finding(what, good=True, seen=seen) for what, seen in alerts.examine(at)]


def fights(at: Services, portal: str) -> list[Finding]:
    """Name the properties that two write to and fro, and that are left alone now."""
    since = time.time() - SPAN_S
    frozen = {
        f"contact {entry.contact_id}: {entry.text}"
        for entry in at.remarks.latest(portal, MOST_SHOWN)
        if entry.kind == "frozen" and entry.written_at > since
    }
    return [
        Finding(f"portal {portal} fight", good=False, seen=s) for s in sorted(frozen)
    ]


LOOKS: dict[str, Callable[[Services], list[Finding]]] = {
    "rules": rules,
    "store": store,
    "token": token,
    "deliveries": deliveries,
    "books": books,
    "alerts": watched,
}
