"""Exploring in real Chromium: menus at marks, charts without a mouse, legends of text; one gesture is one step back."""

import json
import re

import pytest
from browsing import IN_CHROMIUM, SPOT, settle
from playwright.sync_api import Browser, Page, expect

pytestmark = IN_CHROMIUM
TWO_WEEKS = "since=2026-10-05&until=2026-10-18&compare=none"


def open_at(page: Page, address: str, charts: int = 3) -> None:
    page.goto(address)
    settle(page, charts)


def has_address(page: Page, address: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(address) + "$"), timeout=20_000)
    settle(page)


def spot(page: Page, card: str, *mark: str) -> tuple[float, float]:
    page.locator(f".st-key-card_{card} .js-plotly-plot").scroll_into_view_if_needed()
    page.wait_for_function(f"({SPOT})({json.dumps([card, mark])}) !== null")
    x, y = page.evaluate(SPOT, [card, mark])
    return x, y


def right_click(page: Page, card: str, *mark: str) -> None:
    page.mouse.click(*spot(page, card, *mark), button="right")


def menu(page: Page) -> list[str]:
    return page.get_by_role("menuitem").all_inner_texts()


def choose(page: Page, item: str) -> None:
    page.get_by_role("menuitem", name=item, exact=True).click()


def focus(page: Page, card: str) -> None:
    page.locator(f".st-key-card_{card} .js-plotly-plot").focus()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def heard(page: Page, card: str) -> str:
    """What a screen reader was told of the mark that the keyboard is at."""
    voice = page.locator(f".st-key-card_{card} .board-voice")
    expect(voice).not_to_have_attribute("aria-busy", "true")
    return voice.inner_text()


def go_to(page: Page, card: str, name: str, key: str, most: int = 40) -> None:
    """With one arrow key, until the mark of this name is told of."""
    for _ in range(most):
        if name in heard(page, card):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name} is not among the marks that {key} leads to; last: {heard(page, card)}")


# --------------------------------------------------------------------------------------------- menus


def test_a_mark_offers_only_this_and_all_except_this_and_back_undoes_each(page: Page) -> None:
    open_at(page, "/")
    right_click(page, "tiles", "CN-GD")
    assert menu(page) == ["Only Guangdong", "All except Guangdong"]
    choose(page, "All except Guangdong")
    has_address(page, "/?except_region=CN-GD")
    right_click(page, "tiles", "CN-SC")
    choose(page, "All except Sichuan")
    has_address(page, "/?except_region=CN-GD&except_region=CN-SC")
    right_click(page, "tiles", "CN-SC")
    assert menu(page) == ["Only Sichuan", "All except Sichuan", "Release Sichuan"]
    choose(page, "Only Sichuan")
    has_address(page, "/?region=CN-SC")
    for earlier in ("/?except_region=CN-GD&except_region=CN-SC", "/?except_region=CN-GD", "/"):
        page.go_back()
        has_address(page, earlier)


def test_a_filtered_value_can_be_released_from_its_menu(page: Page) -> None:
    open_at(page, "/?region=CN-GD&region=CN-SC")
    right_click(page, "tiles", "CN-GD")
    choose(page, "Release Guangdong")
    has_address(page, "/?region=CN-SC")


def test_a_cell_offers_both_of_its_values_apart(page: Page) -> None:
    open_at(page, "/regions", charts=2)
    right_click(page, "matrix", "CN-GD", "overload")
    assert menu(page) == ["Only Guangdong · System overload", "All except Guangdong", "All except System overload"]
    choose(page, "All except System overload")
    has_address(page, "/regions?except_cause=overload")


def test_a_bar_over_time_offers_its_days_too(page: Page) -> None:
    open_at(page, f"/?{TWO_WEEKS}")
    right_click(page, "trend_layer", "user")
    assert menu(page)[-1] == "Only these days"
    choose(page, "Only these days")
    expect(page).to_have_url(re.compile(r"since=(2026-10-\d\d)&until=\1"))


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere_and_changes_nothing(page: Page) -> None:
    open_at(page, "/")
    right_click(page, "tiles", "CN-GD")
    press(page, "Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    right_click(page, "tiles", "CN-GD")
    page.mouse.click(700, 5)
    expect(page.get_by_role("menu")).to_have_count(0)
    page.wait_for_timeout(300)
    has_address(page, "/")


def test_a_finger_that_rests_opens_the_menu_and_filters_nothing(browser: Browser, address: str) -> None:
    size = {"width": 390, "height": 844}
    with browser.new_context(
        base_url=address, locale="zh-CN", viewport=size, has_touch=True, is_mobile=True
    ) as context:  # type: ignore[arg-type]
        page = context.new_page()
        open_at(page, "/")
        x, y = spot(page, "tiles", "CN-GD")
        wire = context.new_cdp_session(page)
        wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        expect(page.get_by_role("menu")).to_be_visible()
        wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        assert menu(page) == ["仅看 广东", "除 广东 外的全部"]
        page.get_by_role("menuitem").last.tap()
        expect(page).to_have_url(re.compile(r"\?except_region=CN-GD$"))


# --------------------------------------------------------------------------------------------- without a mouse


def test_a_region_is_chosen_and_a_cause_left_out_by_keyboard_and_back_twice_restores(page: Page) -> None:
    open_at(page, "/")
    focus(page, "tiles")
    press(page, "Enter")
    go_to(page, "tiles", "Xinjiang", "ArrowLeft")
    press(page, "ArrowRight")
    second = heard(page, "tiles")
    assert second
    assert "Xinjiang" not in second
    go_to(page, "tiles", "Xinjiang", "ArrowLeft")
    press(page, "Enter")
    has_address(page, "/?region=CN-XJ")
    focus(page, "top_causes")
    press(page, "ArrowDown")
    go_to(page, "top_causes", "No reason recorded", "ArrowDown")
    press(page, "Shift+Enter")
    assert menu(page) == ["Only No reason recorded", "All except No reason recorded"]
    press(page, "ArrowDown", "Enter")
    has_address(page, "/?except_cause=unspecified&region=CN-XJ")
    page.go_back()
    has_address(page, "/?region=CN-XJ")
    page.go_back()
    has_address(page, "/")


def test_the_keyboard_stays_where_it_was_after_it_filtered_or_closed_a_menu(page: Page) -> None:
    open_at(page, "/")
    focus(page, "top_causes")
    press(page, "ArrowDown", "Enter")
    expect(page).to_have_url(re.compile(r"\?cause="))
    settle(page, charts=3)
    expect(page.locator(".st-key-card_top_causes .board-voice")).to_contain_text("filtered")
    press(page, "Shift+Enter", "Escape", "Enter")
    has_address(page, "/")


@pytest.mark.parametrize(
    ("view", "card"), [("causes", "reasons"), ("regions", "matrix"), ("time", "week_hours"), ("time", "calendar")]
)
def test_every_kind_of_chart_can_be_walked_through(page: Page, view: str, card: str) -> None:
    open_at(page, f"/{view}?{TWO_WEEKS}", charts=2)
    focus(page, card)
    told = set()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"):
        press(page, key)
        told.add(heard(page, card))
    assert len(told) > 1
    assert "" not in told


# --------------------------------------------------------------------------------------------- legends


def test_a_legend_of_text_filters_by_click_and_by_keyboard_and_has_the_menu(page: Page) -> None:
    open_at(page, "/causes", charts=3)
    page.locator(".st-key-card_cause_trend").get_by_text("Stacked").click()
    settle(page, charts=3)
    entry = page.locator("[data-legend]", has_text="System overload").first
    entry.click()
    has_address(page, "/causes?cause=overload")
    entry.focus()
    press(page, "Enter")
    has_address(page, "/causes")
    entry.focus()
    press(page, "Shift+Enter")
    choose(page, "All except System overload")
    has_address(page, "/causes?except_cause=overload")


# --------------------------------------------------------------------------------------------- breadcrumbs


def test_a_breadcrumb_leads_back_up_in_one_step(page: Page) -> None:
    open_at(page, "/?cause=overload&region=CN-GD")
    crumbs = page.get_by_role("navigation", name="Where these filters lead")
    expect(crumbs).to_contain_text("All layers › Platform › System overload")
    crumbs.get_by_role("button", name="Platform").focus()
    press(page, "Enter")
    has_address(page, "/?layer=platform&region=CN-GD")
    crumbs.get_by_role("button", name="All regions").click()
    has_address(page, "/?layer=platform")
    page.go_back()
    has_address(page, "/?layer=platform&region=CN-GD")
