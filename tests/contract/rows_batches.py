"""The rows about many records at once: batches, and search."""

from __future__ import annotations

from app.hubspot.record import NewRecord
from app.hubspot.search import Filter
from tests.contract.row import Scene, Table

BATCHES = Table("Records by the hundred")
SEARCH = Table("Search")


@BATCHES.row(
    "read",
    'objects("contacts").batch_read(ids, properties)',
    "POST {objects}/{type}/batch/read",
)
def batch_read(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.objects("contacts")
    found = family.batch_read([contact, "999"], ["email"])
    assert "ada@x.de" == found.records[contact].properties["email"]
    assert 404 == found.errors["999"].status
    by_email = family.batch_read(["Ada@X.de"], id_property="email")
    assert contact == by_email.records["Ada@X.de"].id


@BATCHES.row(
    "create",
    'objects("contacts").batch_create([NewRecord(..., key="a")])',
    "POST {objects}/{type}/batch/create",
)
def batch_create(scene: Scene) -> None:
    there = scene.contact()
    new = [NewRecord({"email": f"{k}@x.de"}, key=k) for k in ("ada", "bob", "no one")]
    made = scene.hubspot.objects("contacts").batch_create(new)
    assert {"bob"} == set(made.records)
    assert {"ada": 409, "no one": 400} == {k: e.status for k, e in made.errors.items()}
    assert there in str(made.errors["ada"])


@BATCHES.row(
    "update",
    'objects("contacts").batch_update({id: {"city": "Ulm"}})',
    "POST {objects}/{type}/batch/update",
)
def batch_update(scene: Scene) -> None:
    one, other = scene.contact(), scene.contact("bob@x.de")
    family = scene.hubspot.objects("contacts")
    done = family.batch_update(
        {one: {"city": "Ulm"}, other: {"no_such": "x"}, "999": {"city": "Ulm"}}
    )
    assert {one} == set(done.records)
    assert {other: 400, "999": 404} == {k: e.status for k, e in done.errors.items()}
    assert "Ulm" == family.read(one, ["city"]).properties["city"]


@BATCHES.row(
    "update or create",
    'objects("contacts").batch_upsert({email: {"city": "Ulm"}})',
    "POST {objects}/{type}/batch/upsert",
)
def batch_upsert(scene: Scene) -> None:
    there = scene.contact()
    done = scene.hubspot.objects("contacts").batch_upsert(
        {"ada@x.de": {"city": "Ulm"}, "bob@x.de": {"city": "Bonn"}}
    )
    assert there == done.records["ada@x.de"].id
    assert {"ada@x.de": False, "bob@x.de": True} == {
        key: each.new for key, each in done.records.items()
    }


@BATCHES.row(
    "archive",
    'objects("contacts").batch_archive(ids)',
    "POST {objects}/{type}/batch/archive",
)
def batch_archive(scene: Scene) -> None:
    one, other = scene.contact(), scene.contact("bob@x.de")
    family = scene.hubspot.objects("contacts")
    assert {one, other} == set(family.batch_archive([one, other]).records)
    assert [] == list(family.list())


@SEARCH.row(
    "by filters, sorted, to the last page",
    'search("contacts").find([[Filter("city", "EQ", "Ulm")]], sort="-lastname")',
    "POST {objects}/{type}/search",
)
def search(scene: Scene) -> None:
    for n in range(3):
        scene.contact(f"p{n}@x.de", lastname=f"Person {n}", city="Ulm")
    scene.contact(city="Bonn")
    found = scene.hubspot.search("contacts").find(
        [[Filter("city", "EQ", "Ulm")]], properties=["lastname"], sort="-lastname"
    )
    names = [each.properties["lastname"] for each in found]
    assert ["Person 2", "Person 1", "Person 0"] == names


@SEARCH.row(
    "by many values of a property",
    'search("companies").by_values("domain", domains)',
    "POST {objects}/{type}/search",
)
def search_by_values(scene: Scene) -> None:
    rows = [{"domain": f"d{n}.example", "name": f"Company {n}"} for n in range(120)]
    scene.control.create("companies", [{"properties": row} for row in rows])
    wanted = [f"d{n}.example" for n in range(110)]
    found = scene.hubspot.search("companies").by_values("domain", wanted, ["name"])
    assert set(wanted) == {each.properties["domain"] for each in found}
