"""Every view held against the rules of axe-core, which knows what a screen reader and weak eyes need."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import IN_CHROMIUM, settle
from playwright.sync_api import Browser

from dashboard.shell import VIEWS

pytestmark = IN_CHROMIUM
DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "look",
    [
        {"viewport": DESK, "color_scheme": "light", "locale": "en-US"},
        {"viewport": DESK, "color_scheme": "dark", "locale": "zh-CN"},
        {"viewport": PHONE, "color_scheme": "dark", "locale": "en-US"},
    ],
    ids=["desk light en", "desk dark zh", "phone dark en"],
)
def test_no_view_breaks_a_rule(browser: Browser, address: str, view: str, look: dict[str, Any]) -> None:
    with browser.new_context(base_url=address, **look) as context:
        page = context.new_page()
        page.goto("/" if view == "overview" else f"/{view}")
        settle(page)
        found = Axe().run(page).response["violations"]
    assert [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]] == []
