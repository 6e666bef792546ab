"""One JSON line per event of interest, without secrets and without personal data."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Tokens and signatures that could stand in a message of somebody else's library.
SECRET = re.compile(r"(pat-\w{2,4}\d?-[\w-]{8,}|(?i:bearer)\s+\S+)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")

# Seven to fifteen digits after a plus or with separators between them are a phone
# number, unless they are one of the things that come first: those stay readable.
PHONE = re.compile(
    r"""
    (?P<kept>\(?(?:
        \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b           # a UUID
      | \b\d{4}-[01]\d-[0-3]\d(?!-?\d)                           # a date ...
        (?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?                   # and its time
          (?:Z|[+-]\d\d:?\d\d)?)?
      | \w://[^\s/?\#]+                                          # host and port
      | \b(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})\b(?::\d+)?
        (?![ ()./-]{1,3}\d)                                      # an IPv4 address
      | \b(?:contact|company)\ \d{9,19}\b                        # a record's id
      | (?<![\w./-])[02]-\d+(?![ ()./-]{0,3}\d)                  # an object type's
      | (?<![\w./-])(?:0|[1-9]\d*)\.\d+(?![ ()./-]{0,3}\d)       # a decimal number
    ))
  | (?<!\w)\+\(?\d(?:[ ()./-]{0,3}\d){6,14}
  | (?<![\w./-])\(?(?=\d{1,14}[ ()./-]{1,3}\d)
    \d(?:[ ()./-]{0,3}\d){6,14}(?![ ()./-]{0,3}\d)
    """,
    re.VERBOSE,
)
MESSAGES = ("error", "event")  # the other fields hold ids, which are no phone numbers


def setup(level: str) -> None:
    """Send the log of this process to stderr, one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelName(level)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get() -> structlog.typing.FilteringBoundLogger:
    """Return the logger; bind what is known with `structlog.contextvars`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


class _Ours(logging.Handler):
    """Brings what a library logs into our form."""

    def emit(self, record: logging.LogRecord) -> None:
        get().log(
            record.levelno,
            "library",
            library=record.name,
            error=record.getMessage(),
            exc_info=record.exc_info or None,
        )


def adopt(*libraries: str) -> None:
    """Let the errors of these libraries be told in our log, each of them once."""
    for name in libraries:
        theirs = logging.getLogger(name)
        theirs.handlers[:] = [_Ours(logging.ERROR)]
        theirs.propagate = False


# What is longer is cut: a value of a contact may hold 65,536 characters.
LONGEST = 4_000


def mask(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Hide tokens and e-mail addresses in every field, phone numbers in messages."""
    for name, value in line.items():
        if isinstance(value, str):
            # Looking through a long text takes long, and nobody reads it in a log; a
            # traceback says the most at its end.
            value = value[-LONGEST:] if name == "exception" else value[:LONGEST]
            line[name] = EMAIL.sub("***@***", SECRET.sub("***", value))
    for name in MESSAGES:
        if isinstance(value := line.get(name), str):
            line[name] = PHONE.sub(lambda found: found["kept"] or "***", value)
    return line
