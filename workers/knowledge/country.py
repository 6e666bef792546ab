"""Countries: ISO codes, and the names and nicknames that people write."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_LENGTH = 64

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

# Top-level domains of countries that are sold to the whole world for their sound.
_SOLD = """
ac ad ag ai am as bz cc cd co cx dj eu fm gg gl im io is la li ly md me ms mu nu pw sc
sh so st sx tk to tv vc vg vu ws
"""
_NO_COUNTRY = frozenset(_SOLD.split())


def region_of(country: str) -> str | None:
    """Return the ISO code of a country's name, code or alias; None when unknown.

    >>> region_of("Deutschland"), region_of("uk"), region_of("Narnia")
    ('DE', 'GB', None)
    """
    return _region_of(country) if len(country) <= MAX_LENGTH else None


def country_name(region: str) -> str:
    """Return the English name of an ISO code, "" when unknown.

    >>> country_name("DE")
    'Germany'
    """
    return _names().get(region, "")


def region_of_domain(domain: str) -> str | None:
    """Return the ISO code of a domain's country; None where it has none for sure.

    >>> region_of_domain("nordwind.co.uk"), region_of_domain("nordwind.io")
    ('GB', None)
    """
    top = domain.rpartition(".")[2].lower()
    if len(top) != 2 or top in _NO_COUNTRY:
        return None
    region = "GB" if top == "uk" else top.upper()
    return region if region in _names() else None


@lru_cache(maxsize=1024)
def _region_of(country: str) -> str | None:
    return _regions().get(_key(country))


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[str, list[str]], ...]:
    entries = _COUNTRIES.replace("\n=", "=").replace("\n", " ").split(";")
    split = (entry.strip().partition(" ") for entry in entries)
    return tuple((code, names.split("=")) for code, _, names in split)


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    return {_key(name): code for code, names in _entries() for name in (code, *names)}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {code: names[0] for code, names in _entries()}


def _key(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    key = "".join(c for c in letters if c.isalpha())
    return key.removeprefix("the")
