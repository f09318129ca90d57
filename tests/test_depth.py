"""Causes, Regions and Time in real Chromium: what only the browser decides, such as which numbers have room."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import CHROMIUM, Heard, chromium, click_mark, serving, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the PATH"),
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NUMBERS = """card => document.querySelector(`.st-key-card_${card} .js-plotly-plot`)
    .querySelectorAll('.heatmap-label').length"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser, synthetic_home: Path) -> Iterator[BrowserContext]:
    with (
        serving(synthetic_home) as address,
        browser.new_context(base_url=address, locale="en-US", viewport=DESK) as opened,
    ):
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of its own; whatever a test does there, nothing goes wrong in the console or out to the net."""
    heard, tab = Heard(), context.new_page()
    heard.listen(tab)
    yield tab
    tab.close()
    assert (heard.foreign, heard.complaints) == ([], [])


@pytest.mark.parametrize(("view", "card"), [("causes", "together"), ("regions", "matrix"), ("time", "week_hours")])
def test_cells_have_numbers_where_there_is_room_and_none_on_a_phone(page: Page, view: str, card: str) -> None:
    page.set_viewport_size(DESK)
    page.goto(f"/{view}")
    settle(page, 3)
    assert page.evaluate(NUMBERS, card) > 0

    page.set_viewport_size(PHONE)
    page.wait_for_function(f"card => ({NUMBERS})(card) === 0", arg=card)
    page.set_viewport_size(DESK)
    page.wait_for_function(f"card => ({NUMBERS})(card) > 0", arg=card)


def test_a_cell_of_what_comes_together_filters_by_its_row(page: Page) -> None:
    page.goto("/causes")
    settle(page, 5)
    click_mark(page, "together", "debt")

    expect(page.locator(".st-key-chips")).to_contain_text("Debt too high or limit used")
    assert "cause=debt" in page.url


def test_a_click_on_all_others_draws_them_and_the_switch_follows(page: Page) -> None:
    page.goto("/causes")
    settle(page, 5)
    length, before = "history.length", "document.querySelector('.st-key-card_reasons .js-plotly-plot').data[0].y.length"
    entries, bars = page.evaluate(length), page.evaluate(before)
    click_mark(page, "reasons", "")

    page.wait_for_function(f"bars => {before} > bars", arg=bars)
    expect(page.locator(".st-key-whole_reasons input")).to_be_checked()
    assert page.evaluate(length) == entries

    page.locator(".st-key-whole_reasons label").click()
    page.wait_for_function(f"bars => {before} === bars", arg=bars)
