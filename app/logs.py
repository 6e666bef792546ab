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


def mask(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Hide tokens and e-mail addresses wherever they stand in the line."""
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = EMAIL.sub("***@***", SECRET.sub("***", value))
    return line
