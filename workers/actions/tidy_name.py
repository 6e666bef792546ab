"""Tidies a contact's name: capitals, spaces, titles, and a full name in one field.

Trigger: the contact is created, or firstname or lastname changes.
Reads:   firstname, lastname.
Writes:  firstname, lastname.

    "DR. ANNA-LENA", " VON  HAGEN"  ->  "Anna-Lena", "von Hagen"
    "anna maria hagen", ""          ->  "Anna Maria", "Hagen"
    "", "Hagen, Dr. Anna"           ->  "Anna", "Hagen"
    "Anna PhD", "Hagen"             ->  "Anna", "Hagen"

What looks intended stays: capitals change only in a field that is all upper or all
lower case (McDonald, deSouza stay), "JP" and "AJ Styles" are initials, Turkish i's are
not guessed at. A name with digits, symbols, emoji, markup or letters that are not Latin
only has its spaces tidied, and one over MAX_LENGTH characters is left alone. One word
after a title ("Dr. Hagen" without a lastname) could be either name and stays put.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from nameparser import HumanName

from workers.actions import Change, Contact, Event, SetProperties, enricher

MAX_LENGTH = 200
MAX_WORDS_SPLIT = 6

_WORD = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+"
_ONE_TIDY_WORD = re.compile(rf"{_WORD}(?:-{_WORD})*")
# Latin letters, accents that stand alone, and the punctuation of names.
_LATIN_NAME = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f.,'’ -]+")
_LETTERS = re.compile(r"[^\W\d_\u0300-\u036f][^\W\d_]*", re.UNICODE)
_INITIALS = re.compile("[B-DF-HJ-NP-TV-XZ]{2,3}")
_DOTTED_OR_DOTLESS = re.compile("[İıŞşĞğ]|i\u0307")

_TITLE = re.compile(
    "dame|dipl-ing|dott|dr|drs|frau|herr|ing|lord|mag|mevr|miss|mlle|mme|mr|mrs|ms|mx"
    "|prof|professor|rev|sig|sir|sr|sra|srta"
)
_SUFFIXES = {
    word.lower(): word
    for word in ("BSc", "Esq", "Jr", "LLM", "MBA", "MD", "MSc", "PhD", "Sr")
}
_ROMAN = re.compile(r"II|III|IV|VI{0,3}|IX")
_PARTICLE = re.compile(
    "af|av|bin|bint|das?|de|de[lnr]|della|di|dos?|du|e|ibn|las?|los|ten|ter|van|vo[mn]"
    "|y|zu[mr]?"
)
_ORGANISATION = re.compile(
    "ag|bv|co|company|corp|gmbh|group|inc|kg|llc|ltd|office|plc|sales|srl|support|team"
)
# What stands before an apostrophe and lets a capital follow: O'Brien, Dell'Acqua.
_ELISIONS = frozenset({"dell", "sant"})


@enricher(
    on=(
        "contact.creation",
        "contact.propertyChange:firstname",
        "contact.propertyChange:lastname",
    ),
    reads=("firstname", "lastname"),
)
def tidy_name(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Write the tidied name, where it differs."""
    first, last = contact["firstname"], contact["lastname"]
    tidied = tidy(first, last)
    if tidied != (first, last):
        yield SetProperties(firstname=tidied[0], lastname=tidied[1])


def tidy(first: str, last: str) -> tuple[str, str]:
    """Return (firstname, lastname) tidied; tidying twice changes nothing more."""
    if _ONE_TIDY_WORD.fullmatch(first) and _ONE_TIDY_WORD.fullmatch(last):
        return first, last
    if len(first) > MAX_LENGTH or len(last) > MAX_LENGTH:
        return first, last
    first, last = _spaced(first), _spaced(last)
    if last and _LATIN_NAME.fullmatch(first):
        first = _without_titles(first)
    first, last = _split(first, last)
    shouted = last[:2].isalpha() and last[:2].isupper() and len(last) > 1
    if not (first.isupper() and len(first) <= 2 and not shouted):
        first = _recased(first, given="," not in first)
    return first, _recased(last, given=False)


def _spaced(text: str) -> str:
    text = " ".join(text.split())
    return unicodedata.normalize("NFC", text) if _LATIN_NAME.fullmatch(text) else text


def _split(first: str, last: str) -> tuple[str, str]:
    """Spread a full name that was typed into one of the two fields."""
    whole = last or first
    if not _LATIN_NAME.fullmatch(whole) or (last and "," not in last):
        return first, last
    # Recased first: the parser reads "Y" and "y" differently.
    parsed = _parsed(_recased(whole, given="," not in whole))
    if parsed is None:
        return first, last
    if first and last and first.casefold() != parsed[0].casefold():
        return first, last
    return parsed


def _parsed(whole: str) -> tuple[str, str] | None:
    """Read a full name; None when it is one word, no person, or could be anything."""
    words = whole.split()
    if not 2 <= len(words) <= MAX_WORDS_SPLIT:
        return None
    if _ORGANISATION.fullmatch(_key(words[-1])):
        return None
    # "HAGEN Anna" puts the family first as often as not.
    shouted = len(words[0]) > 2 and _is_upper(words[0]) and not _is_upper(whole)
    if shouted and "," not in whole and not _TITLE.fullmatch(_key(words[0])):
        return None
    name = HumanName(whole)
    if name.nickname or name.maiden or not (name.first and name.last):
        return None
    if not all(_is_suffix(word) for word in _bits(name.suffix)):
        return None
    # The library's titles include King, Prince and Major, which are names too.
    kept = [word for word in _bits(name.title) if not _TITLE.fullmatch(_key(word))]
    first = _without_titles(" ".join([*kept, name.first, *_bits(name.middle)]))
    return first, name.last


def _bits(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _key(word: str) -> str:
    return word.lower().rstrip(".,").replace(".-", "-")


def _is_suffix(word: str) -> bool:
    key = _key(word).replace(".", "")
    return key in _SUFFIXES or _ROMAN.fullmatch(key.upper()) is not None


def _without_titles(first: str) -> str:
    words = first.split()
    while len(words) > 1 and _TITLE.fullmatch(_key(words[0])):
        del words[0]
    while len(words) > 1 and _is_suffix(words[-1]):
        del words[-1]
    return " ".join(words)


def _recased(text: str, *, given: bool) -> str:
    if not (_is_upper(text) or text.islower()):
        return text
    if not _LATIN_NAME.fullmatch(text) or _DOTTED_OR_DOTLESS.search(text):
        return text
    words = text.split(" ")
    recased = []
    for index, word in enumerate(words):
        is_last = index == len(words) - 1
        # In a firstname, a leading particle is a name and a lone letter an initial.
        stands_alone = given and (index == 0 or len(word) == 1)
        if given and _is_initials(word):
            recased.append(word)
        elif not (is_last or stands_alone) and _PARTICLE.fullmatch(word.lower()):
            recased.append(word.lower())
        elif is_last and index:
            recased.append(_recased_tail(word))
        else:
            recased.append(_LETTERS.sub(_capitalised, word.lower()))
    # An accent may have a letter to join now: there is a small ǰ but no large one.
    return unicodedata.normalize("NFC", " ".join(recased))


def _is_upper(text: str) -> bool:
    # The small sharp s has no usual capital: "WEIß" is all upper case to its writer.
    return text.replace("ß", "").isupper()


def _recased_tail(word: str) -> str:
    if _ROMAN.fullmatch(word.upper()):
        return word.upper()
    lower = word.lower()
    return _SUFFIXES.get(lower) or _LETTERS.sub(_capitalised, lower)


def _capitalised(match: re.Match[str]) -> str:
    letters, before = match.group(), match.string[: match.start()]
    if before.endswith(("'", "’")):
        elided = _LETTERS.findall(before)
        if not elided or not (len(elided[-1]) == 1 or elided[-1] in _ELISIONS):
            return letters
    if letters.startswith("mc") and len(letters) > 3:
        return "Mc" + letters[2].upper() + letters[3:]
    # A letter whose capital is two letters (ß, ŉ) does not start a name.
    head = letters[0].upper()
    return (head if len(head) == 1 else letters[0]) + letters[1:]


def _is_initials(word: str) -> bool:
    return _INITIALS.fullmatch(word) is not None
