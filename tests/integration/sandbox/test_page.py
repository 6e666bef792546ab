"""The web page as a browser without scripts sees it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
import requests

PAGE = "/sandbox/page"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


class Form(HTMLParser):
    """Collects what the form with a certain action would send as it stands."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.values: dict[str, str] = {}
        self._inside = False
        self._select = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("action") == self.action
        if not self._inside:
            return
        if tag == "input":
            self.values[given["name"]] = given.get("value") or ""
        elif tag == "select":
            self._select = given["name"]
            self.values[self._select] = ""
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given["value"]


class Browser:
    """Loads pages and sends their forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.headers.update(BROWSER)

    def open(self, path: str) -> requests.Response:
        return self.http.get(self.url + path, timeout=10)

    def send(self, page: str, action: str, /, **values: str) -> requests.Response:
        form = Form(action)
        form.feed(self.open(page).text)
        body = form.values | {n.replace("__", "."): v for n, v in values.items()}
        return self.http.post(self.url + action, data=body, timeout=10)


@pytest.fixture
def browser(sandbox):
    opened = Browser(sandbox.url)
    yield opened
    opened.http.close()


def record(contact: str) -> str:
    return f"{PAGE}/records/0-1/{contact}"


def properties(sandbox):
    return {r["id"]: r["properties"] for r in sandbox.control.dump("contacts")}


def test_a_browser_gets_the_page_and_a_program_hubspots_answer(browser, call):
    page, answer = browser.open("/"), call("GET", "/")

    assert (200, "text/html") == (
        page.status_code,
        page.headers["Content-Type"].partition(";")[0],
    )
    assert (404, "error") == (answer.status_code, answer.json()["status"])


def test_nothing_from_elsewhere_runs_or_is_loaded(browser, make):
    contact = make("contacts", firstname=EVIL, email="eve@x.com")
    for path in ("/", record(contact), f"{PAGE}/deliveries", f"{PAGE}/control"):
        page = browser.open(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"(src|href|action)=\"(https?:)?//", page.text)
        assert not re.search(r"<script(?! defer src=\"/sandbox/page/static)", page.text)
        assert not re.search(r" (on\w+|style)=", page.text.replace("onerror", ""))


def test_what_people_type_is_text(browser, make):
    contact = make("contacts", firstname=EVIL, email="eve@x.com")

    for path in ("/", record(contact)):
        assert "<img" not in browser.open(path).text


def test_a_contact_is_created_edited_deleted_and_restored(browser, sandbox):
    contacts = f"{PAGE}/records/contacts"
    made = browser.send(contacts, contacts, value__email="Ada@X.com", value__city="Ulm")
    (contact,) = properties(sandbox)
    path = record(contact)
    browser.send(
        path, f"{path}/edit", value__city="", further__name="fax", further__value="7"
    )
    edited = properties(sandbox)[contact]
    browser.send(path, f"{path}/delete")
    gone = properties(sandbox)
    browser.send(path, f"{path}/restore")

    assert made.url == sandbox.url + path
    assert ("ada@x.com", None, "7") == (
        edited["email"],
        edited.get("city"),
        edited["fax"],
    )
    assert ({}, {contact}) == (gone, properties(sandbox).keys())


def test_saving_a_form_keeps_what_others_wrote_meanwhile(browser, sandbox, make):
    """An enrichment that came between loading and saving must not be undone."""
    contact = make("contacts", email="ada@x.com")
    path = record(contact)
    form = Form(f"{path}/edit")
    form.feed(browser.open(path).text)
    written = {"id": contact, "properties": {"company": "Acme"}}
    sandbox.control.update("contacts", [written])
    body = form.values | {"value.city": "Ulm"}
    browser.http.post(f"{sandbox.url}{path}/edit", data=body, timeout=10)

    assert ("Acme", "Ulm") == (
        properties(sandbox)[contact]["company"],
        properties(sandbox)[contact]["city"],
    )


def test_merging_shows_what_became_of_both(browser, sandbox, make):
    ada, old = make("contacts", email="ada@x.com"), make("contacts", city="Ulm")
    path = record(ada)
    page = browser.send(path, f"{path}/merge", other=old)
    ((survivor, values),) = properties(sandbox).items()

    assert page.url == sandbox.url + record(survivor)
    assert ("ada@x.com", "Ulm") == (values["email"], values["city"])


@pytest.mark.parametrize(
    ("action", "values", "reason"),
    [
        ("edit", {"value__email": "no address"}, "INVALID_EMAIL"),
        ("edit", {"value__email": "bob@x.com"}, "already"),
        ("edit", {"further__name": "nope", "further__value": "1"}, "does not exist"),
        ("merge", {"other": "7"}, "not found"),
    ],
)
def test_a_refusal_is_shown_in_hubspots_words(browser, make, action, values, reason):
    contact, _ = make("contacts", city="Ulm"), make("contacts", email="bob@x.com")
    path = record(contact)
    page = browser.send(path, f"{path}/{action}", **values)
    problem = re.search(r'role="alert">(.*?)</p>', page.text, re.DOTALL)

    assert 400 == page.status_code
    assert problem
    assert reason in problem[1]


@pytest.mark.parametrize("token", [None, "", "guessed", "ü"])
def test_a_form_of_another_page_is_refused(browser, sandbox, make, token):
    contact = make("contacts", city="Ulm")
    body = {} if token is None else {"csrf": token}
    url = f"{sandbox.url}{record(contact)}/delete"

    assert 403 == browser.http.post(url, data=body, timeout=10).status_code
    assert contact in properties(sandbox)


def test_the_timeline_tells_what_happened_with_the_pin_on_top(
    browser, call, make, note
):
    contact = make("contacts", city="Ulm")
    pinned = note(contact)
    path = f"/crm/v3/objects/contacts/{contact}"
    call("PATCH", path, {"properties": {"hs_pinned_engagement_id": pinned}})
    call("PATCH", path, {"properties": {"city": ""}})
    page = browser.open(record(contact)).text
    timeline = page[page.index('id="timeline"') :]
    places = [
        timeline.index(text)
        for text in ("pinned", "Hello", "City: (cleared)", "City: Ulm", "created")
    ]

    assert sorted(places) == places


def test_a_record_shows_the_webhooks_about_it_and_their_answers(
    browser, sandbox, receiver, make
):
    sandbox.control.put_webhooks(target_url=receiver.url)
    ada, bob = make("contacts", city="Ulm"), make("contacts", city="Bonn")
    while not sandbox.control.webhooks_idle():
        pass
    page = browser.open(record(ada)).text

    assert "204 after" in page
    assert f"contact.creation {ada}" in page
    assert f"contact.creation {bob}" not in page


def test_people_find_a_contact_by_what_they_know(browser, make):
    make("contacts", firstname="Ada", lastname="Lovelace", email="ada@x.com")
    make("contacts", firstname="Bob", lastname="Noyce", email="bob@x.com")
    page = browser.open(f"{PAGE}/records/contacts?q=love+ada").text

    assert ("ada@x.com" in page, "bob@x.com" in page) == (True, False)


def test_a_fault_is_ordered_and_taken_away(browser, sandbox, call):
    faults = f"{PAGE}/faults"
    browser.send(faults, faults, kind="503", path="/crm/*", times="1")
    statuses = [call("GET", "/crm/v3/objects/contacts").status_code for _ in range(2)]
    shown = browser.open(faults).text
    wrong = browser.send(faults, faults, kind="503", times="often")
    browser.send(faults, f"{faults}/clear")

    assert ([503, 200], True) == (statuses, "1 of 1" in shown)
    assert (400, []) == (wrong.status_code, sandbox.control.faults())


def test_the_webhook_target_can_be_changed(browser, sandbox, receiver):
    path = f"{PAGE}/deliveries"
    browser.send(path, f"{path}/target", target_url=receiver.url)
    wrong = browser.send(path, f"{path}/target", target_url="ftp://x")

    assert receiver.url in browser.open(path).text
    assert 400 == wrong.status_code


def test_the_page_is_no_api_call(browser, sandbox):
    """What people look at is not in the counts that tests assert on."""
    browser.open("/")
    browser.open(f"{PAGE}/requests")

    assert 0 == sandbox.control.summary()["total"]


@pytest.mark.parametrize(
    "path",
    ["/records/widgets", "/records/contacts/7", "/records/contacts/x", "/static/../x"],
)
def test_what_does_not_exist_is_not_found(browser, path):
    assert 404 == browser.open(PAGE + path).status_code
