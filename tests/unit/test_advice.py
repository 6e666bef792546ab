"""What a person should do: something that can be done, for every way to die."""

from __future__ import annotations

import pytest

from app.events.dead import DeadLetter
from app.repair.advice import advice


def letter(reason: str, error: str = "?", **more: str) -> DeadLetter:
    return DeadLetter("1", "7", "501", reason, error, "", 3, 0.0, 1, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dead", "said"),
    [
        (letter("unreadable"), "edit and replay it, or discard it"),
        (letter("worker_died"), "A worker process died 3 times"),
        (letter("bug", location="/a.py:7", action="x"), "bug at /a.py:7 (x). Mend it"),
        (letter("bug"), "where the traceback ends"),
        (
            letter("refused", "not written (nick: does not exist)", action="nicks"),
            "Create the property in HubSpot, or correct the rule (nicks)",
        ),
        (
            letter("refused", "X was not one of the allowed options"),
            "Add the option to the property",
        ),
        (letter("refused", "HubSpot refused this (409)"), "merge the two"),
        (letter("refused", "HubSpot refused this (404)"), "discard the letter"),
        (letter("refused", "no", error_class="Denied"), "access token was refused"),
        (
            letter("attempts", "502", error_class="ServerBroken"),
            "Is it well again? Replay.",
        ),
        (
            letter("refused", "no", error_class="GiveUp", location="/a.py:9"),
            "Do what the message says (raised at /a.py:9)",
        ),
        (letter("attempts", "no", error_class="Outdated"), "It failed 3 times."),
        (letter("refused", "no", category="MISSING_SCOPES"), "Give the app the scopes"),
        (letter("refused", "no", correlation_id="a-b"), "asks for the id a-b"),
    ],
)
def test_every_letter_says_what_to_do(dead: DeadLetter, said: str) -> None:
    assert said in advice(dead)
