"""Causes, Regions and Time in real Chromium: what only the browser decides, such as which numbers have room."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copy, copytree

import pytest
from browsing import IN_CHROMIUM, Heard, click_mark, serving, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = IN_CHROMIUM
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NUMBERS = """card => document.querySelector(`.st-key-card_${card} .js-plotly-plot`)
    .querySelectorAll('.heatmap-label').length"""


@pytest.fixture(scope="module")
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=address, locale="en-US", viewport=DESK) as opened:
        yield opened


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


@pytest.fixture(scope="module")
def home_with_map(synthetic_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented home, and a map of two provinces in it."""
    home = tmp_path_factory.mktemp("mapped")
    copytree(synthetic_home / "snapshots", home / "snapshots")
    copy(synthetic_home / "CURRENT", home / "CURRENT")
    (home / "regions.geojson").write_text(json.dumps({"features": [_area("粤", 100), _area("川", 110)]}), "utf-8")
    return home


def _area(name: str, west: float) -> dict[str, object]:
    ring = [[west, 20], [west, 30], [west + 10, 30], [west + 10, 20], [west, 20]]
    return {"properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_an_area_of_the_lenders_own_map_filters_its_region(browser: Browser, home_with_map: Path) -> None:
    heard = Heard()
    with serving(home_with_map) as address, browser.new_context(base_url=address, viewport=DESK) as opened:
        page = opened.new_page()
        heard.listen(page)
        page.goto("/regions")
        settle(page, 4)
        box = page.locator(".st-key-card_region_tiles .js-plotly-plot").bounding_box()
        assert box is not None
        for step in (0, 3):  # Plotly looks for what is under the pointer when it moves
            page.mouse.move(box["x"] + box["width"] / 4 + step, box["y"] + 60)
        page.mouse.click(box["x"] + box["width"] / 4 + 3, box["y"] + 60)

        expect(page.locator(".st-key-chips")).to_contain_text("Guangdong")
        assert "region=CN-GD" in page.url
    assert (heard.foreign, heard.complaints) == ([], [])
