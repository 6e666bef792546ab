"""Writes phone numbers the international way (E.164), so that every dialler reads them.

Trigger: the contact is created, or phone, mobilephone or country changes.
Reads:   phone, mobilephone, country.
Writes:  phone, mobilephone.

    "030/90 18 20", country "Deutschland"   ->  "+4930901820"
    "0044 (0)20 7946 0958"                  ->  "+442079460958"
    "(415) 555-2671 x12", country "US"      ->  "+14155552671 ext 12"
    "030 901820" without a known country    ->  left as it is

A leading + or 00 decides; otherwise the contact's country does, as an ISO code or by
name. Whatever is not surely one valid number is left exactly as it is: wrong length,
letters ("1-800-FLOWERS"), a remark ("ask for Ada"), two numbers in one field, a number
that may lack its area code ("901820" in Germany).

An extension is kept behind " ext ", which people and diallers understand. A portal that
has HubSpot's own phone validation switched on takes no extensions in any spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import phonenumbers

from workers.actions import Change, Contact, Event, SetProperties, enricher

MAX_LENGTH = 64
MAX_E164_DIGITS = 15

# ISO code and names, English first, then what else people write.
_COUNTRIES = """
AD Andorra; AE United Arab Emirates=UAE=Emirates; AF Afghanistan;
AG Antigua and Barbuda; AI Anguilla; AL Albania; AM Armenia; AO Angola; AR Argentina;
AS American Samoa; AT Austria=Österreich=AUT; AU Australia=AUS; AW Aruba;
AX Åland Islands=Åland; AZ Azerbaijan; BA Bosnia and Herzegovina=Bosnia; BB Barbados;
BD Bangladesh; BE Belgium=België=Belgique=Belgien=BEL; BF Burkina Faso; BG Bulgaria;
BH Bahrain; BI Burundi; BJ Benin; BL Saint Barthélemy; BM Bermuda;
BN Brunei=Brunei Darussalam; BO Bolivia; BQ Caribbean Netherlands=Bonaire;
BR Brazil=Brasil=Brasilien=BRA; BS Bahamas; BT Bhutan; BW Botswana; BY Belarus;
BZ Belize; CA Canada=Kanada=CAN; CC Cocos Islands;
CD Democratic Republic of the Congo=DR Congo=DRC; CF Central African Republic;
CG Republic of the Congo; CH Switzerland=Schweiz=Suisse=Svizzera=CHE; CK Cook Islands;
CI Ivory Coast=Côte d'Ivoire; CL Chile; CM Cameroon; CO Colombia; CR Costa Rica;
CN China=People's Republic of China=PRC=中国=CHN; CU Cuba; CV Cape Verde=Cabo Verde;
CW Curaçao; CX Christmas Island; CY Cyprus; CZ Czech Republic=Czechia=Česko=CZE;
DE Germany=Deutschland=Allemagne=Alemania=Germania=Duitsland
=Federal Republic of Germany=DEU=GER; DJ Djibouti; DK Denmark=Danmark=Dänemark=DNK;
DM Dominica; DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia=Eesti; EG Egypt;
EH Western Sahara; ER Eritrea; ES Spain=España=Spanien=Espagne=ESP; ET Ethiopia;
FI Finland=Suomi=Finnland=FIN; FJ Fiji; FK Falkland Islands; FM Micronesia;
FO Faroe Islands; FR France=Frankreich=Francia=FRA; GA Gabon; GD Grenada; GE Georgia;
GB United Kingdom=UK=Great Britain=Britain=England=Scotland=Wales=Northern Ireland
=Großbritannien=Vereinigtes Königreich=Royaume-Uni=Reino Unido=GBR; GF French Guiana;
GG Guernsey; GH Ghana; GI Gibraltar; GL Greenland; GM Gambia; GN Guinea; GP Guadeloupe;
GQ Equatorial Guinea; GR Greece=Hellas=Griechenland=Ελλάδα; GT Guatemala; GU Guam;
GW Guinea-Bissau; GY Guyana; HK Hong Kong=Hong Kong SAR; HN Honduras;
HR Croatia=Hrvatska=Kroatien; HT Haiti; HU Hungary=Magyarország=Ungarn; ID Indonesia;
IE Ireland=Republic of Ireland=Éire=Irland; IL Israel; IM Isle of Man;
IN India=भारत=IND; IO British Indian Ocean Territory; IQ Iraq; IR Iran;
IS Iceland=Ísland; IT Italy=Italia=Italien=Italie=ITA; JE Jersey; JM Jamaica; JO Jordan;
JP Japan=日本=Japón=JPN; KE Kenya; KG Kyrgyzstan; KH Cambodia; KI Kiribati; KM Comoros;
KN Saint Kitts and Nevis; KP North Korea; KR South Korea=Republic of Korea=대한민국=KOR;
KW Kuwait; KY Cayman Islands; KZ Kazakhstan; LA Laos; LB Lebanon; LC Saint Lucia;
LI Liechtenstein; LK Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania=Lietuva;
LU Luxembourg=Luxemburg; LV Latvia=Latvija; LY Libya; MA Morocco=Maroc; MC Monaco;
MD Moldova; ME Montenegro; MF Saint Martin; MG Madagascar; MH Marshall Islands;
MK North Macedonia=Macedonia; ML Mali; MM Myanmar=Burma; MN Mongolia; MO Macao=Macau;
MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS Montserrat; MT Malta;
MU Mauritius; MV Maldives; MW Malawi; MX Mexico=México=Mexiko=MEX; MY Malaysia;
MZ Mozambique; NA Namibia; NC New Caledonia; NE Niger; NF Norfolk Island; NG Nigeria;
NI Nicaragua; NL Netherlands=Nederland=Holland=Niederlande=Pays-Bas=NLD;
NO Norway=Norge=Norwegen=NOR; NP Nepal; NR Nauru; NU Niue; NZ New Zealand=Aotearoa=NZL;
OM Oman; PA Panama; PE Peru=Perú; PF French Polynesia; PG Papua New Guinea;
PH Philippines; PK Pakistan; PL Poland=Polska=Polen=POL; PM Saint Pierre and Miquelon;
PR Puerto Rico; PS Palestine; PT Portugal=PRT; PW Palau; PY Paraguay; QA Qatar;
RE Réunion; RO Romania=România; RS Serbia=Srbija; RU Russia=Russian Federation=Россия;
RW Rwanda; SA Saudi Arabia=KSA; SB Solomon Islands; SC Seychelles; SD Sudan;
SE Sweden=Sverige=Schweden=SWE; SG Singapore; SH Saint Helena; SI Slovenia=Slovenija;
SJ Svalbard and Jan Mayen; SK Slovakia=Slovensko; SL Sierra Leone; SM San Marino;
SN Senegal; SO Somalia; SR Suriname; SS South Sudan; ST Sao Tome and Principe;
SV El Salvador; SX Sint Maarten; SY Syria; SZ Eswatini=Swaziland;
TC Turks and Caicos Islands; TD Chad; TG Togo; TH Thailand; TJ Tajikistan; TK Tokelau;
TL Timor-Leste=East Timor; TM Turkmenistan; TN Tunisia; TO Tonga;
TR Turkey=Türkiye=Türkei; TT Trinidad and Tobago; TV Tuvalu; TW Taiwan=台灣;
TZ Tanzania; UA Ukraine=Україна; UG Uganda;
US United States=United States of America=USA=America=Vereinigte Staaten=États-Unis
=Estados Unidos; UY Uruguay; UZ Uzbekistan; VA Vatican=Vatican City=Holy See;
VC Saint Vincent and the Grenadines; VE Venezuela; VG British Virgin Islands;
VI U.S. Virgin Islands; VN Vietnam=Viet Nam; VU Vanuatu; WF Wallis and Futuna; WS Samoa;
XK Kosovo; YE Yemen; YT Mayotte; ZA South Africa=RSA; ZM Zambia; ZW Zimbabwe
"""

_NUMBER = re.compile(
    r"(?:(?:tel|phone|mobile)[.:]{0,2}\s*)?\+{0,2}[\d\s()./‐-―-]{5,40}"
    r"(?:[,;]?\s*(?:extension|ext|x|#)[.:=]?\s*\d{1,7})?",
    re.IGNORECASE,
)
# A zero soon after the + may be a national 0 that should not be there: +49 (0)30.
_SURELY_TIDY = re.compile(r"\+[1-9](?!\d{0,2}0)[0-9]{7,14}")


@enricher(
    on=(
        "contact.creation",
        "contact.propertyChange:phone",
        "contact.propertyChange:mobilephone",
        "contact.propertyChange:country",
    ),
    reads=("phone", "mobilephone", "country"),
)
def tidy_phone(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Write the numbers that can be told for sure, where they differ."""
    country = contact["country"]
    tidied = {
        name: tidy(contact[name], country)
        for name in ("phone", "mobilephone")
        if contact[name]
    }
    changed = {name: new for name, new in tidied.items() if new != contact[name]}
    if changed:
        yield SetProperties(**changed)


def tidy(text: str, country: str = "") -> str:
    """Return the number as E.164, with its extension; or the text as it was."""
    if len(text) > MAX_LENGTH or _SURELY_TIDY.fullmatch(text):
        return text
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain) or _holds_two_numbers(plain):
        return text
    if plain.startswith("00"):
        international = _e164(f"+{plain[2:]}", None)
        if international:
            return international
    region = region_of(country)
    if "+" not in plain and region and _may_lack_area_code(plain, region):
        return text
    return _e164(plain, region) or text


def region_of(country: str) -> str | None:
    """Return the ISO code of a country's name, code or alias; None when unknown."""
    return _region_of(country) if len(country) <= MAX_LENGTH else None


@lru_cache(maxsize=1024)
def _region_of(country: str) -> str | None:
    return _regions().get(_key(country))


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    regions = {}
    for entry in _COUNTRIES.replace("\n=", "=").split(";"):
        code, _, names = entry.strip().partition(" ")
        for name in (code, *names.split("=")):
            regions[_key(name)] = code
    return regions


def _key(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    key = "".join(c for c in letters if c.isalpha())
    return key.removeprefix("the")


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
    digits = phonenumbers.normalize_digits_only(plain)
    return len(lengths) > 2 and not digits.startswith("0")


def _e164(text: str, region: str | None) -> str:
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
