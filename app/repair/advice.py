"""What a person should do about a dead letter, in words: one pure function."""

from __future__ import annotations

from app.events.dead import DeadLetter

# https://developers.hubspot.com/docs/api-reference/error-handling
STATUSES = {
    "(404)": "The record is not there any more. If it was deleted, discard the letter;"
    " if it was merged or restored, replay it.",
    "(409)": "Another record has that value already: merge the two, or correct the"
    " e-mail address or the unique property, then replay.",
}
TROUBLED = frozenset({"ServerBroken", "Unreachable", "NotTaken"})


def advice(letter: DeadLetter) -> str:
    """Return what to do next, with the names of what is concerned."""
    match letter.reason:
        case "unreadable":
            return (
                "HubSpot sent something that is no event of a contact. Look at it, then"
                " edit and replay it, or discard it. If it looks right to you, a newer"
                " hubkeeper may understand it: update, then replay."
            )
        case "worker_died":
            return (
                f"A worker process died {_times(letter)} with this contact in hand:"
                " memory used up, or a crash in a library of an action. Look into the"
                " worker's log of that time, mend the cause, then replay."
            )
        case "bug":
            where = letter.location or "where the traceback ends"
            return (
                f"An action has a bug at {where}{_of_rule(letter)}. Mend it, restart"
                " the workers, then replay."
            )
        case _:
            return _about_refusal(letter)


def _about_refusal(letter: DeadLetter) -> str:
    error = letter.error
    if letter.error_class == "Denied":
        return (
            "The access token was refused: give a valid one with the scopes that the"
            " README names, then replay."
        )
    if letter.error_class in TROUBLED:
        return (
            "What was called was in trouble for a long time. Is it well again? Replay."
        )
    if "does not exist" in error:
        return (
            f"Create the property in HubSpot, or correct the rule{_of_rule(letter)},"
            " then replay."
        )
    if "option" in error:
        return (
            "Add the option to the property in HubSpot, or correct the value or the"
            f" rule{_of_rule(letter)}, then replay."
        )
    for status, words in STATUSES.items():
        if status in error:
            return words
    return _about_the_rest(letter)


def _about_the_rest(letter: DeadLetter) -> str:
    if letter.error_class == "GiveUp":
        where = f" (raised at {letter.location})" if letter.location else ""
        return f"Do what the message says{_of_rule(letter)}{where}, then replay."
    if letter.reason == "attempts":
        return f"It failed {_times(letter)}. Mend what the message names, then replay."
    if "MISSING_SCOPES" in letter.category:
        return "Give the app the scopes that the message names, then replay."
    support = ""
    if letter.correlation_id:
        support = f" HubSpot's support asks for the id {letter.correlation_id}."
    return (
        "HubSpot refuses this value or request for good: correct the record in HubSpot"
        f" or the rule{_of_rule(letter)}, then replay.{support}"
    )


def _of_rule(letter: DeadLetter) -> str:
    return f" ({letter.action})" if letter.action else ""


def _times(letter: DeadLetter) -> str:
    return f"{letter.attempts} times" if letter.attempts > 1 else "every time"
