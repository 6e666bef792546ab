"""Job titles: how senior somebody is who bears one."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LENGTH = 300

# HubSpot's own options of hs_seniority; the first that fits counts.
# https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
_SENIORITY = (
    ("owner", r"(co-?)?owners?|(co-?)?founders?|proprietor|inhaber(in)?|gründer(in)?"),
    ("partner", r"((managing|senior|general|equity) )?partner(in)?"),
    ("vp", r"e?s?a?vp|(executive |senior )?vice[- ]president|vice[- ]president"),
    (
        "executive",
        r"c[efitomrdspl]o|cmo|chro|ciso|chief|president|gm|general manager"
        r"|managing director|geschäftsführer(in)?|vorstand|vorständin|ceo|md"
        r"|pdg|directeur général|directrice générale|executive director",
    ),
    ("director", r"director|directeur|directrice|direktor(in)?|head|leiter(in)?"),
    ("manager", r"manager(in)?|management|supervisor|team ?lead(er)?|teamleiter(in)?"),
    ("senior", r"senior|sr|lead|principal|staff"),
    (
        "entry",
        r"intern|trainee|junior|jr|graduate|apprentice|praktikant(in)?"
        r"|auszubildende[rn]?|azubi|werkstudent(in)?|stagiaire|working student",
    ),
)
_PATTERNS = tuple(
    (seniority, re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE))
    for seniority, words in _SENIORITY
)
# "Assistant to the CEO" is not the CEO, and a "product owner" owns no company.
_OF_ANOTHER = re.compile(
    r"(?<!\w)(?:assistan[tz]\w*|secretary|referent\w*|office of|reporting)(?!\w)"
    r"|(?<!\w)(?:product|process|system|data|service|account|business) owner",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def _seniority(title: str) -> str:
    if not title or _OF_ANOTHER.search(title):
        return ""
    found = (name for name, pattern in _PATTERNS if pattern.search(title))
    return next(found, "")


def seniority_of(title: str) -> str:
    """Return the option of `hs_seniority` that a job title tells, "" if none.

    >>> seniority_of("Head of Sales"), seniority_of("SVP Sales"), seniority_of("Baker")
    ('director', 'vp', '')
    """
    return _seniority(" ".join(title.split())) if len(title) <= MAX_LENGTH else ""
