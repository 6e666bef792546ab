"""A person at the dashboard, in a real browser: from the dead letter to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from app import services
from app.web import create_app
from tests.integration.ops.conftest import EMAIL, PORTAL, REFUSED, TOKEN, settings_of
from tests.integration.repair.conftest import Ward, connect


@dataclass
class Dashboard:
    url: str
    ward: Ward


@pytest.fixture
def dashboard(store, store_url) -> Iterator[Dashboard]:
    app = create_app(services.open_door(settings_of(store_url)))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Dashboard(f"http://127.0.0.1:{server.port}/ops", Ward(connect(store), store))
    server.shutdown()
    thread.join()
    server.server_close()


def press(browser, button):
    old = browser.find_element(By.TAG_NAME, "main")
    browser.find_element(By.ID, button).click()
    # While the page changes the driver may know neither the old nor the new one.
    wait = WebDriverWait(browser, 10, ignored_exceptions=(WebDriverException,))
    wait.until(expected_conditions.staleness_of(old))


def sees(browser, text, region="main"):
    shown = expected_conditions.text_to_be_present_in_element((By.ID, region), text)
    WebDriverWait(browser, 10).until(shown, f"{text} in {region}")


def enter(browser, dashboard):
    browser.get(f"{dashboard.url}/login")
    browser.delete_all_cookies()
    browser.find_element(By.ID, "token").send_keys(TOKEN)
    browser.find_element(By.ID, "name").send_keys("Ada")
    press(browser, "enter")


def test_letters_are_found_understood_replayed_and_seen_to_settle(browser, dashboard):
    ward = dashboard.ward
    ward.bury(501, 502, 503, burial=REFUSED)
    enter(browser, dashboard)
    sees(browser, "3 dead letters")
    browser.find_element(By.LINK_TEXT, "Dead letters").click()
    sees(browser, "What to do: HubSpot refuses this value")
    browser.find_element(By.ID, "errors").send_keys("Refused")
    press(browser, "show")
    press(browser, "plan")
    sees(browser, "Portal 20000001")
    press(browser, "run")
    sees(browser, "running", "state")

    order = ward.orders.all(PORTAL)[0]
    ward.carry_out(order, lambda now: now.state == "settling")
    sees(browser, "settling", "state")
    ward.settle()
    ward.carry_out(order, lambda now: not now.is_active)
    sees(browser, "done", "state")
    sees(browser, "3 of 3 letters came to an end", "order")
    browser.find_element(By.LINK_TEXT, "Audit").click()
    sees(browser, "dashboard: Ada")
    ward.check()


def test_values_are_seen_only_after_asking_for_them(browser, dashboard):
    change = {"subscriptionType": "contact.propertyChange", "propertyName": "email"}
    dashboard.ward.tell(501, **change, propertyValue=EMAIL)
    dashboard.ward.die(burial=REFUSED)
    enter(browser, dashboard)
    browser.get(f"{dashboard.url}/dead/{PORTAL}/1")
    assert EMAIL not in browser.page_source

    press(browser, "show-values")

    assert EMAIL in browser.find_element(By.ID, "payload-0").get_property("value")
    assert not expected_conditions.alert_is_present()(browser)


def test_nothing_is_wider_than_a_phone(browser, dashboard):
    dashboard.ward.bury(501, burial=REFUSED)
    dashboard.ward.order(contact="501", rate=0.001)
    enter(browser, dashboard)
    browser.set_window_size(500, 900)
    sizes = {}
    for path in (
        *("/", "/deliveries", "/dead", "/orders", "/audit", "/contact?contact=501"),
        *(f"/dead/{PORTAL}/1", f"/orders/{PORTAL}/1", "/plan?contact=501"),
    ):
        browser.get(dashboard.url + path)
        sizes[path] = browser.execute_script(
            "return document.documentElement.scrollWidth <= window.innerWidth"
        )
    browser.set_window_size(1400, 1000)

    assert dict.fromkeys(sizes, True) == sizes
