"""Every view held against the rules of axe-core, which knows what a screen reader and weak eyes need."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import IN_CHROMIUM, settle
from playwright.sync_api import Browser, BrowserContext, Page

from dashboard.shell import VIEWS

pytestmark = IN_CHROMIUM
DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def looked_at(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A tab of a reader whose screen looks like that; a reader's tabs share the scripts that were read."""
    with ExitStack() as contexts:
        known: dict[str, BrowserContext] = {}

        def tab(**look: Any) -> Page:
            if (name := repr(look)) not in known:
                known[name] = contexts.enter_context(browser.new_context(base_url=address, **look))
            return known[name].new_page()

        yield tab


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
def test_no_view_breaks_a_rule(looked_at: Callable[..., Page], view: str, look: dict[str, Any]) -> None:
    page = looked_at(**look)
    page.goto("/" if view == "overview" else f"/{view}")
    settle(page)
    found = Axe().run(page).response["violations"]
    page.close()
    assert [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]] == []
