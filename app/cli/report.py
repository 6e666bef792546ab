"""The figures of a run: what came in, what became of it, what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.cli.wave import Crowd
from app.events.books import Books
from app.sandbox.testing import Control

SHOWN = ("firstname", "lastname", "phone", "company")
# What a contact's round can end in, as the books name it.
ENDINGS = ("written", "unchanged", "unconcerned", "gone", "forgotten")


@dataclass(frozen=True, slots=True)
class Report:
    """What the demo prints, and what `--json` gives.

    Attributes:
        events: counts by what became of them.
        contacts: rounds of contacts by what they ended in.
        calls: API calls by route template, as the sandbox counted them.
        calls_per_contact: calls divided by the contacts that were created.
        throttled: answers with 429.
        quiet_after_s: from the last change from outside to the last API call.
        law: the conservation law in words, and whether it holds.
        problems: records that are not as they must be, and whatever else is wrong.

    """

    events: Mapping[str, int]
    contacts: Mapping[str, int]
    calls: Mapping[str, int]
    calls_per_contact: float
    throttled: int
    deliveries: Mapping[str, int]
    quiet_after_s: float
    law: str
    law_holds: bool
    samples: Sequence[tuple[Mapping[str, str], Mapping[str, str]]]
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Tell whether nothing at all is wrong."""
        return self.law_holds and not self.problems


def make(
    books: Books, portal: str, control: Control, crowd: Crowd, last_change_at: float
) -> Report:
    """Collect the figures."""
    counts, summary, law = books.counts(portal), control.summary(), books.law(portal)
    created = len(crowd.typed) + len(crowd.witnesses)
    return Report(
        events={
            name: counts.get(name, 0)
            for name in (
                "accepted",
                "settled",
                "dead",
                "discarded",
                "echoes",
                "ignored",
                "duplicates",
                "postponed",
            )
        },
        contacts={end: counts.get(f"contacts_{end}", 0) for end in ENDINGS},
        calls=dict(sorted(summary["by_route"].items())),
        calls_per_contact=round(summary["total"] / created, 4),
        throttled=summary["throttled"],
        deliveries={
            name: count
            for name, count in control.deliveries().items()
            if isinstance(count, int)
        },
        quiet_after_s=round(max(0.0, summary["last_request_at"] - last_change_at), 2),
        law=str(law),
        law_holds=law.holds,
        samples=samples(control, crowd),
    )


def samples(
    control: Control, crowd: Crowd
) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return the witnesses, each as typed and as it is now."""
    now = {record["id"]: record["properties"] for record in control.dump("contacts")}
    return [
        (
            {name: witness.before.get(name, "") for name in SHOWN},
            {name: now.get(contact_id, {}).get(name) or "" for name in SHOWN},
        )
        for contact_id, witness in crowd.witnesses.items()
    ]


def lines(report: Report) -> list[str]:
    """Return the report as a person wants to read it."""
    out = ["", "three contacts, before and after"]
    for before, after in report.samples:
        out += [f"  - {_row(before)}", f"  + {_row(after)}"]
    out += ["", "events"]
    out += [f"  {name:<12}{count:>8}" for name, count in report.events.items()]
    out += ["", "contacts, by how their rounds ended"]
    out += [
        f"  {name:<12}{count:>8}" for name, count in report.contacts.items() if count
    ]
    out += ["", "API calls"]
    out += [f"  {count:>6}  {route}" for route, count in report.calls.items()]
    out += [
        f"  {sum(report.calls.values()):>6}  in all,"
        f" {report.calls_per_contact:.3f} per contact, {report.throttled} answered 429",
        "",
        f"the last call came {report.quiet_after_s:.1f} s after the last change",
        f"conservation law: {report.law}",
    ]
    out += [f"WRONG: {problem}" for problem in report.problems]
    return out


def _row(values: Mapping[str, Any]) -> str:
    return " | ".join(f"{value or '(empty)'}" for value in values.values())
