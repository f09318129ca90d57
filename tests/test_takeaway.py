"""Taking a chart away in real Chromium: as a picture, and on paper."""

from pathlib import Path

import pytest
from browsing import IN_CHROMIUM, settle
from playwright.sync_api import Page, expect

from dashboard.answers import SAVE
from dashboard.views.overview import TREND
from etl.words import Language

pytestmark = IN_CHROMIUM
A4 = {"width": 700, "height": 1000}
"""What is left of a page between its margins, in the browser's pixels."""


@pytest.mark.parametrize("language", Language)
def test_a_chart_is_saved_as_a_drawing_under_its_question(page: Page, language: Language, tmp_path: Path) -> None:
    page.goto(f"/?language={language}")
    settle(page, charts=3)
    with page.expect_download() as found:
        page.locator("[data-chart=trend_layer]").get_by_role("button", name=f"{SAVE(language)} SVG").press("Enter")
    assert found.value.suggested_filename.startswith("trend_layer_2026-")
    found.value.save_as(tmp_path / "chart.svg")
    drawing = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert drawing.startswith("<svg")
    assert TREND.question(language) in drawing


def test_a_chart_is_saved_as_a_picture_twice_as_sharp_as_the_screen(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    settle(page, charts=3)
    place = page.locator("[data-chart=tiles]")
    place.hover()
    with page.expect_download() as found:
        place.get_by_role("button", name="PNG").click()
    found.value.save_as(tmp_path / "chart.png")
    content = (tmp_path / "chart.png").read_bytes()
    assert content[1:4] == b"PNG"
    wide = int.from_bytes(content[16:20], "big")
    assert wide == 2 * page.evaluate("document.querySelector('[data-chart=tiles]').clientWidth")


@pytest.mark.parametrize("view", ["", "regions", "time"])
def test_on_paper_are_numbers_and_charts_and_nothing_to_click(page: Page, view: str) -> None:
    page.goto(f"/{view}")
    settle(page, charts=3)
    for part in CLICKED:
        expect(page.locator(part).first).to_be_attached()
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    for part in CLICKED:
        expect(page.locator(part).filter(visible=True)).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_function(FITS)


CLICKED = (
    *("[data-testid=stSidebar]", ".st-key-views", "[class*=st-key-foot_]", "[class*=st-key-about_]"),
    *("[class*=st-key-whole_]", ".board-save"),
)
FITS = """() => [...document.querySelectorAll('.js-plotly-plot .main-svg')].every(
    drawing => drawing.getBoundingClientRect().right <= document.documentElement.clientWidth)"""
