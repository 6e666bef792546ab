"""Where the sandbox's people live: names, cities, countries and phones of each place.

Invented throughout: a phone number that belongs to somebody does so by chance, and is
never to be called.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A country and what its people's records look like.

    Attributes:
        spellings: how people write the country, from tidy to careless.
        cities: in the local spelling.
        suffixes: public suffixes of its companies' domains.
        names: (firstname, lastname, the local part of an e-mail address).
        phones: "#" stands for a digit.
        free_mail: the providers of its private addresses.

    """

    spellings: tuple[str, ...]
    cities: tuple[str, ...]
    suffixes: tuple[str, ...]
    names: tuple[tuple[str, str, str], ...]
    phones: tuple[str, ...]
    free_mail: tuple[str, ...] = ("gmail.com", "outlook.com", "icloud.com")


PLACES = (
    Place(
        ("Germany", "Deutschland", "DE", "germany", " Deutschland "),
        ("Köln", "Münster", "Berlin", "Görlitz"),
        ("de", "com"),
        (
            ("Anna-Lena", "von Hagen", "al.vonhagen"),
            ("Jürgen", "Müller", "j.mueller"),
            ("Käthe", "Weiß", "kaethe.weiss"),
            ("Björn", "Größler", "bjoern.groessler"),
            ("Hans Peter", "zu Löwenfels", "hp.loewenfels"),
        ),
        (
            "030/23125 ###",
            "(030) 23125-###",
            "+49 (0)30 23125 ###",
            "0049 30 23125###",
            "+493023125###",
            "0171 39200##",
            "tel. 030 23125 ### ext. ##",
        ),
        ("gmx.de", "web.de", "gmail.com"),
    ),
    Place(
        ("United Kingdom", "UK", "GB", "England", "u.k."),
        ("London", "Stoke-on-Trent", "Cardiff"),
        ("co.uk", "com", "org.uk"),
        (
            ("Sinéad", "O'Brien", "sinead.obrien"),
            ("Fergus", "McDonald", "f.mcdonald"),
            ("Mary-Jane", "Smith-Hughes", "mj.smithhughes"),
            ("Niamh", "O’Dowd", "niamh"),
        ),
        ("020 7946 0###", "+44 20 7946 0###", "0044 (0)20 7946 0###", "02079460###"),
        ("yahoo.co.uk", "hotmail.com", "gmail.com"),
    ),
    Place(
        ("United States", "USA", "US", "U.S.A.", "united states"),
        ("Springfield", "St. Paul", "Winston-Salem"),
        ("com", "net", "io"),
        (
            ("AJ", "DeSouza", "aj.desouza"),
            ("Renée", "MacAllister III", "renee.m"),
            ("José María", "de la Cruz", "jmdelacruz"),
            ("Latoya", "Washburn-Ortega", "latoya.w"),
        ),
        ("(415) 555-01##", "415.555.01##", "+1 415 555 01##", "1-415-555-01## x###"),
    ),
    Place(
        ("France", "FR", "france", "Frankreich"),
        ("Besançon", "L'Haÿ-les-Roses", "Paris"),
        ("fr", "com"),
        (
            ("Élodie", "d'Aubigny", "elodie.daubigny"),
            ("François", "Lefèvre", "f.lefevre"),
            ("Zoë", "Çelik", "zoe.celik"),
        ),
        ("01 99 00 ## ##", "+33 1 99 00 ## ##", "01.99.00.##.##"),
        ("orange.fr", "gmail.com"),
    ),
    Place(
        ("Australia", "AU", "australia"),
        ("Wagga Wagga", "Sydney"),
        ("com.au", "net.au"),
        (
            ("Bronte", "van der Merwe", "bronte.vdm"),
            ("Nguyễn Thị", "Hương", "huong.nguyen"),
        ),
        ("02 5550 0###", "(02) 5550 0###", "+61 2 5550 0###", "0491 570 1##"),
    ),
    Place(
        ("Japan", "日本", "JP"),
        ("東京", "Ōsaka"),
        ("co.jp", "jp"),
        (
            ("陽子", "佐藤", "yoko.sato"),
            ("たろう", "やまだ", "taro.yamada"),
            ("Kenji", "Ōtomo", "kenji"),
        ),
        ("03-5550-####", "０３-5550-####", "+81 3 5550 ####"),
        ("yahoo.co.jp", "gmail.com"),
    ),
    Place(
        ("Israel", "IL", "israel"),
        ("תל אביב", "Haifa"),
        ("co.il", "com"),
        (("נועה", "לוי", "noa.levi"), ("محمد", "الحسيني", "m.alhusseini")),
        ("03-555-####", "+972 3 555 ####"),
    ),
    Place(
        ("Sweden", "Sverige", "SE"),
        ("Malmö", "Åre"),
        ("se", "com"),
        (("Åsa", "Öberg", "asa.oberg"), ("Nils", "af Ekström", "nils.ekstrom")),
        ("08-465 004 ##", "+46 8 465 004 ##", "070-174 06 ##"),
    ),
    Place(
        ("Ukraine", "Україна", "", "n/a", "Atlantis"),
        ("Київ", ""),
        ("com.ua", "com"),
        (("Олена", "Коваленко", "olena.k"), ("李", "小龍", "li.xl")),
        ("044 555 ## ##", "12345", "call me!", "n/a", "0"),
    ),
)

JOBS = (
    "CTO",
    "Head of Éverything",
    "sales manager",
    "  Buyer ",
    "Geschäftsführerin",
    "VP, R&D <EMEA>",
    "営業部長",
    "🚀 Growth",
    "",
)
STEMS = (
    *("velmora", "ostrin", "quellbrunn", "tarnovar", "nordwind", "brisselt", "hadrowe"),
    *("mirathon", "kelpford", "zundara", "pellwick", "ambrevit", "dorvane", "ulmstett"),
    *("sorrigan", "fennholt", "cravelle", "yarrowby", "lintovar", "jaspenfeld"),
)
TRADES = (
    *("logistik", "foods", "robotics", "atelier", "energy", "verlag", "systems"),
    *("marine", "textil", "optics", "bau", "pharma", "labs", "travel", "studio"),
)
