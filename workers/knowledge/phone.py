"""Phone numbers: what people type, as one number that every dialler reads (E.164)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from workers.knowledge.country import region_of

MAX_LENGTH = 64
MAX_E164_DIGITS = 15

_NUMBER = re.compile(
    r"(?:(?:tel|phone|mobile)[.:]{0,2}\s*)?\+{0,2}[\d\s()./‐-―-]{5,40}"
    r"(?:[,;]?\s*(?:extension|ext|x|#)[.:=]?\s*\d{1,7})?",
    re.IGNORECASE,
)
# A zero soon after the + may be a national 0 that should not be there: +49 (0)30.
_SURELY_TIDY = re.compile(r"\+[1-9](?!\d{0,2}0)[0-9]{7,14}")

# Countries with one zone whose calling code serves their small neighbours too.
_ONE_ZONE = {
    "FI": "Europe/Helsinki",
    "GB": "Europe/London",
    "IT": "Europe/Rome",
    "MA": "Africa/Casablanca",
    "NO": "Europe/Oslo",
}


@lru_cache(maxsize=4096)
def e164(text: str, country: str = "") -> str:
    """Return the number as E.164, with its extension; or the text as it was."""
    if len(text) > MAX_LENGTH or _SURELY_TIDY.fullmatch(text):
        return text
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain) or _holds_two_numbers(plain):
        return text
    if plain.startswith("00"):
        international = _formatted(f"+{plain[2:]}", None)
        if international:
            return international
    region = region_of(country)
    if "+" not in plain and region and _may_lack_area_code(plain, region):
        return text
    return _formatted(plain, region) or text


def region_of_phone(number: str) -> str | None:
    """Return the ISO code of the country of an E.164 number; None when unknown.

    >>> region_of_phone("+4930901820")
    'DE'
    """
    return _about(number.partition(" ")[0])[0]


def time_zones_of_phone(number: str) -> tuple[str, ...]:
    """Return the time zones where an E.164 number may be, e.g. ("Europe/Berlin",)."""
    number = number.partition(" ")[0]
    # Most countries have one zone: no need to take the number apart.
    if _SURELY_TIDY.fullmatch(number):
        for length in (2, 3, 4):
            if zone := _only_zones().get(number[1:length]):
                return (zone,)
    return _about(number)[1]


def time_zones_of_region(region: str) -> tuple[str, ...]:
    """Return the time zones of a country by its ISO code; () when unknown."""
    if region in _ONE_ZONE:
        return (_ONE_ZONE[region],)
    code = phonenumbers.country_code_for_region(region)
    # One calling code may serve several countries: +1, +7, +39, +44, +61.
    if not code or phonenumbers.region_codes_for_country_code(code) != (region,):
        return ()
    anybody = phonenumbers.PhoneNumber(country_code=code, national_number=0)
    return _known(timezone.time_zones_for_geographical_number(anybody))


@lru_cache(maxsize=1)
def _only_zones() -> dict[str, str]:
    """Return the zone of each calling code that has but one."""
    zones: dict[str, set[str]] = {}
    for prefix, names in TIMEZONE_DATA.items():
        for length in (1, 2, 3):
            if int(prefix[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
                zones.setdefault(prefix[:length], set()).update(names)
    return {code: found.pop() for code, found in zones.items() if len(found) == 1}


@lru_cache(maxsize=4096)
def _about(number: str) -> tuple[str | None, tuple[str, ...]]:
    if not number.startswith("+"):
        return None, ()
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None, ()
    if not phonenumbers.is_valid_number(parsed):
        return None, ()
    zones = timezone.time_zones_for_number(parsed)
    return phonenumbers.region_code_for_number(parsed), _known(zones)


def _known(zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)


def _plain(text: str) -> str:
    # Numbers copied from address books carry invisible direction marks.
    if not text.isascii():
        text = "".join(
            c
            for c in unicodedata.normalize("NFKC", text)
            if unicodedata.category(c) != "Cf"
        )
    return text.strip()


def _holds_two_numbers(plain: str) -> bool:
    head, slash, tail = plain.partition("/")
    return bool(slash) and _digits(head) >= 7 and _digits(tail) >= 5


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _may_lack_area_code(plain: str, region: str) -> bool:
    """Tell whether this could be a local number, e.g. "901820" in Germany.

    Where numbers come in many lengths, a local one can look like a whole one of some
    other town. Only the leading 0 says that the area code is there.
    """
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.national_prefix != "0":
        return False
    lengths = metadata.fixed_line.possible_length if metadata.fixed_line else ()
    first = next(filter(str.isdecimal, plain), "0")
    return len(lengths) > 2 and int(first) != 0


def _formatted(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # The library knows German numbers that are longer than the standard lets them be.
    if len(e164) > len("+") + MAX_E164_DIGITS:
        return ""
    return f"{e164} ext {number.extension}" if number.extension else e164
