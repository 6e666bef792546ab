"""What a person does on the sandbox's page, in a real browser."""

from __future__ import annotations

from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait

PAGE = "/sandbox/page"


def fill(browser, name, text):
    field = browser.find_element(By.NAME, f"value.{name}")
    field.clear()
    field.send_keys(text)


def press(browser, button):
    """Press a button that loads a page, and wait until that is there."""
    old = browser.find_element(By.TAG_NAME, "main")
    browser.find_element(By.ID, button).click()
    WebDriverWait(browser, 10).until(expected_conditions.staleness_of(old))


def sees(browser, text, region):
    """Wait until a region of the page holds some text."""
    place = (By.ID, region)
    shown = expected_conditions.text_to_be_present_in_element(place, text)
    WebDriverWait(browser, 10).until(shown, f"{text} in {region}")


def create(browser, sandbox, **values):
    browser.get(f"{sandbox.url}/")
    for name, value in values.items():
        fill(browser, name, value)
    press(browser, "create")
    return browser.current_url.rpartition("/")[2]


def test_a_contact_is_created_and_its_webhook_seen_going_out(browser, sandbox):
    """Nobody reloads: the delivery and its answer appear by themselves."""
    contact = create(browser, sandbox, email="ada@x.com", firstname="Ada")

    sees(browser, f"contact.creation {contact}", "letters")
    sees(browser, "204 after", "letters")
    sees(browser, "First Name: Ada", "timeline")


def test_an_edit_goes_out_with_only_what_was_changed(browser, sandbox):
    create(browser, sandbox, email="ada@x.com", city="Ulm")
    fill(browser, "city", "Bonn")
    press(browser, "save")

    sees(browser, "contact.propertyChange city = Bonn", "letters")
    letters = browser.find_element(By.ID, "letters").text
    assert 1 == letters.count("contact.propertyChange email")


def test_a_merge_and_a_deletion_go_out(browser, sandbox):
    old = create(browser, sandbox, email="old@x.com")
    create(browser, sandbox, email="ada@x.com")
    browser.find_element(By.ID, "other").send_keys(old)
    press(browser, "merge")
    sees(browser, "contact.merge", "letters")
    survivor = browser.current_url.rpartition("/")[2]
    press(browser, "delete")

    sees(browser, f"contact.deletion {survivor}", "letters")
    sees(browser, "deleted", "head")
    assert [] == sandbox.control.dump("contacts")


def test_what_a_program_writes_appears_by_itself(browser, sandbox):
    contact = create(browser, sandbox, email="ada@x.com")
    browser.find_element(By.NAME, "value.jobtitle").send_keys("half a w")
    written = {"id": contact, "properties": {"company": "Acme"}}
    sandbox.control.update("contacts", [written])

    sees(browser, "Company Name: Acme", "timeline")
    field = browser.find_element(By.NAME, "value.jobtitle")
    assert "half a w" == field.get_property("value")


def test_what_somebody_opened_stays_open_when_more_comes(browser, sandbox):
    contact = create(browser, sandbox, email="ada@x.com")
    sees(browser, "204 after", "letters")
    browser.find_element(By.CSS_SELECTOR, "#letters summary").click()
    written = {"id": contact, "properties": {"city": "Ulm"}}
    sandbox.control.update("contacts", [written])

    sees(browser, "contact.propertyChange city = Ulm", "letters")
    sees(browser, '"subscriptionType": "contact.creation"', "letters")


def test_a_new_contact_appears_in_the_list(browser, sandbox):
    browser.get(f"{sandbox.url}/")
    sandbox.control.create("contacts", [{"properties": {"email": "ada@x.com"}}])

    sees(browser, "ada@x.com", "records")


def test_nobody_can_write_a_script_into_the_page(browser, sandbox):
    """It would open a dialog or be reported as refused, and both fail this test."""
    evil = '"><script>alert(1)</script><img src="/x" onerror="alert(2)">'
    (contact,) = sandbox.control.create(
        "contacts", [{"properties": {"firstname": evil, "email": "eve@x.com"}}]
    )
    browser.get(f"{sandbox.url}/")
    sees(browser, evil, "records")
    browser.get(f"{sandbox.url}{PAGE}/records/contacts/{contact}")
    sees(browser, evil, "timeline")
    sees(browser, "204 after", "letters")

    assert not expected_conditions.alert_is_present()(browser)


def test_every_page_is_shown_without_a_complaint(browser, sandbox):
    for page in ("deliveries", "requests", "faults", "control", "records/companies"):
        browser.get(f"{sandbox.url}{PAGE}/{page}")

        assert browser.find_element(By.TAG_NAME, "h1").text


def test_nothing_is_wider_than_a_phone(browser, sandbox):
    """Nobody has to scroll sideways to read."""
    contact = create(browser, sandbox, email="somebody.with.a.long.name@example.com")
    sizes = {}
    browser.set_window_size(500, 900)
    for path in ("/", f"{PAGE}/records/0-1/{contact}", f"{PAGE}/deliveries"):
        browser.get(sandbox.url + path)
        sizes[path] = browser.execute_script(
            "return document.documentElement.scrollWidth <= window.innerWidth"
        )
    browser.set_window_size(1400, 1000)

    assert dict.fromkeys(sizes, True) == sizes
