"""What cannot be sent fails where it was yielded, not in everybody's batch."""

from __future__ import annotations

import pytest

from workers.changes import (
    AddSecondaryEmail,
    Associate,
    AssociateCompany,
    Change,
    Forward,
    LogActivity,
    PinLatest,
    SetProperties,
    UpsertRecord,
    note,
)
from workers.soundness import check

LONE = "x\ud800"


@pytest.mark.parametrize(
    "change",
    [
        SetProperties(company=LONE),
        SetProperties(**{LONE: "x"}),
        AssociateCompany("acme.com", name=LONE),
        Associate("deals", "1", label=LONE),
        LogActivity("notes", LONE, {}),
        note("hello", LONE),
        LogActivity("notes", "hello", {LONE: "x"}),
        PinLatest(otherwise=note("hello", LONE)),
        UpsertRecord("deals", "number", LONE, {}),
        UpsertRecord("deals", LONE, "1", {}),
        AddSecondaryEmail(f"{LONE}@example.com"),
        Forward("https://example.com", {"a": LONE}),
        Forward("https://example.com", {}, key=LONE),
    ],
    ids=repr,
)
def test_a_text_that_is_not_unicode_is_refused(change: Change) -> None:
    with pytest.raises((TypeError, ValueError)):
        check(change)


@pytest.mark.parametrize(
    "change",
    [
        SetProperties(company="Müller 🦆"),
        note("hello", "Grüße"),
        PinLatest(),
        PinLatest(otherwise=note("hello", "🦆")),
        Forward("https://example.com", {"a": ["ü", 1]}),
    ],
)
def test_every_text_that_can_be_sent_passes(change: Change) -> None:
    check(change)
