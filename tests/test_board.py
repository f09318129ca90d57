"""The board in real Chromium: charts keep their nodes, each gesture counts once, a brush sets the period."""

import re
from typing import Any

import pytest
from browsing import IN_CHROMIUM, SPOT, click_mark, settle
from playwright.sync_api import Browser, Page, expect

from dashboard import colours

pytestmark = IN_CHROMIUM
CHART = ".st-key-card_{card} .js-plotly-plot"
MEGABYTE = 1_000_000


def has_address(page: Page, address: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(address) + "$"), timeout=20_000)


def drag(page: Page, card: str, start: float, end: float) -> None:
    """With the mouse across a chart, from one share of its width to another."""
    box = page.locator(f".st-key-card_{card} .nsewdrag").first.bounding_box()
    assert box is not None
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], height, steps=6)
    page.mouse.up()


def test_a_chart_keeps_its_node_when_its_numbers_change(page: Page) -> None:
    page.goto("/")
    settle(page, charts=4)
    mark = "nodes => nodes.forEach((node, number) => node.seen = number)"
    page.locator(".js-plotly-plot").evaluate_all(mark)
    click_mark(page, "tiles", "CN-GD")
    has_address(page, "/?region=CN-GD")
    settle(page, charts=4)
    assert page.locator(".js-plotly-plot").evaluate_all("nodes => nodes.map(node => node.seen)") == [0, 1, 2, 3]


@pytest.mark.parametrize("moment", [0, 5, 30])
def test_two_clicks_count_both_even_in_the_same_moment(page: Page, moment: int) -> None:
    page.goto("/")
    settle(page, charts=3)
    page.evaluate(
        """async ([selector, moment]) => {
            const click = region => document.querySelector(selector).emit(
                'plotly_click', {points: [{customdata: [region]}]});
            click('CN-GD');
            if (moment) await new Promise(wait => setTimeout(wait, moment));
            click('CN-SC');
        }""",
        [CHART.format(card="tiles"), moment],
    )
    has_address(page, "/?region=CN-GD&region=CN-SC")


def test_a_brush_over_a_time_chart_sets_the_period_and_back_undoes_it(page: Page) -> None:
    page.goto("/?since=2026-10-05&until=2026-10-18&compare=none")
    settle(page, charts=3)
    drag(page, "trend_layer", start=2.1 / 14, end=5.9 / 14)
    has_address(page, "/?since=2026-10-07&until=2026-10-10&compare=none")
    settle(page, charts=3)
    assert page.locator(".selectionlayer path").count() == 0
    page.go_back()
    has_address(page, "/?since=2026-10-05&until=2026-10-18&compare=none")


def test_forward_still_leads_on_after_back_was_pressed_faster_than_views_are_drawn(page: Page) -> None:
    page.goto("/")
    settle(page, charts=3)
    for view in ("Causes", "Regions", "Time"):
        page.get_by_role("link", name=view).click()
        has_address(page, f"/{view.lower()}")
        settle(page)
    page.evaluate(QUICKLY_BACK, 3)
    has_address(page, "/")
    page.wait_for_selector(CHART.format(card="trend_layer"))
    settle(page, charts=3)
    page.go_forward()
    has_address(page, "/causes")


QUICKLY_BACK = """async steps => {
    for (let step = 0; step < steps; step++) {
        history.back();
        await new Promise(wait => setTimeout(wait, 30));
    }
}"""


def test_a_tap_filters_once_and_a_finger_that_scrolls_filters_nothing(browser: Browser, address: str) -> None:
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with browser.new_context(base_url=address, locale="en-US", **phone) as context:
        page = context.new_page()
        page.goto("/")
        settle(page, charts=3)
        page.locator(CHART.format(card="tiles")).scroll_into_view_if_needed()
        x, y = page.evaluate(SPOT, ["tiles", ["CN-GD"]])
        before = page.evaluate(SCROLLED)
        scroll_by_finger(page, x, y)
        assert page.evaluate(SCROLLED) != before
        x, y = page.evaluate(SPOT, ["tiles", ["CN-SC"]])
        page.touchscreen.tap(x, y)
        has_address(page, "/?region=CN-SC")
        page.wait_for_timeout(500)
        has_address(page, "/?region=CN-SC")


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def scroll_by_finger(page: Page, x: float, y: float) -> None:
    """Down by some hundred pixels, as content follows the finger."""
    wire = page.context.new_cdp_session(page)
    wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 10):
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + 20 * step}]})
        page.wait_for_timeout(16)
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(500)


def test_a_brush_over_nothing_and_a_mark_of_nothing_change_nothing(page: Page) -> None:
    page.goto("/")
    settle(page, charts=3)
    page.evaluate(
        """selector => {
            const chart = document.querySelector(selector);
            chart.emit('plotly_selected', {points: []});
            chart.emit('plotly_selected', undefined);
            chart.emit('plotly_click', {points: [{customdata: [null]}, {}]});
            chart.emit('plotly_click', {points: [{customdata: ['nowhere']}]});
        }""",
        CHART.format(card="tiles"),
    )
    click_mark(page, "tiles", "CN-GD")
    has_address(page, "/?region=CN-GD")


def test_a_chart_is_as_wide_as_its_place_also_when_that_changes(page: Page) -> None:
    page.goto("/")
    settle(page, charts=3)
    page.set_viewport_size({"width": 800, "height": 1000})
    for card in ("trend_layer", "top_causes", "tiles"):
        page.wait_for_function(
            """selector => {
                const chart = document.querySelector(selector);
                return Math.abs(chart.parentElement.clientWidth - chart._fullLayout.width) < 2;
            }""",
            arg=CHART.format(card=card),
        )


def test_a_view_appears_beside_the_sidebar_and_below_its_head_and_stays_there(page: Page) -> None:
    page.add_init_script(FIRST_PLACE)
    page.goto("/")
    settle(page, charts=3)
    assert page.evaluate("window.besideFirstChart") == [True, True]


FIRST_PLACE = """
new MutationObserver(() => {
    if (window.besideFirstChart || !document.querySelector('[data-chart]')) return;
    const there = ['[data-testid=stSidebar]', '.st-key-views'].map(part => document.querySelector(part) !== null);
    window.besideFirstChart = there;
}).observe(document, {childList: true, subtree: true});
"""


def test_a_click_in_the_legend_filters_as_its_marks_do_and_hides_nothing(page: Page) -> None:
    page.goto("/")
    settle(page, charts=3)
    entry = page.locator(".st-key-card_trend_layer .legendtoggle").first
    entry.click(force=True)
    has_address(page, "/?layer=user")
    settle(page, charts=3)
    entry.click(force=True)
    has_address(page, "/")
    page.locator(".st-key-card_top_causes .legendtoggle").click(force=True)
    page.wait_for_timeout(500)
    has_address(page, "/")
    assert page.locator(".js-plotly-plot").evaluate_all(HIDDEN) == []


HIDDEN = "charts => charts.flatMap(chart => chart.data.filter(trace => 'visible' in trace))"


def test_figures_change_their_colours_with_the_page(page: Page) -> None:
    """Also those that Python chooses: a dark line for the period before cannot be seen on a dark page."""
    page.goto("/")
    settle(page, charts=3)
    for scheme, is_dark in (("dark", True), ("light", False)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function(
            f"""wanted => document.querySelector('{CHART.format(card="top_causes")}')
                .data[1].marker.line.color === wanted""",
            arg=colours.before(is_dark),
        )


def _bytes_of(frame: dict[str, Any]) -> int:
    """Of a message; binary ones are told in letters of six bits."""
    return len(frame["payloadData"]) * (6 if frame["opcode"] == 2 else 8) // 8


def test_a_first_visit_costs_at_most_three_megabytes(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as nobody_has_been_here:
        page = nobody_has_been_here.new_page()
        wire = nobody_has_been_here.new_cdp_session(page)
        sizes: list[int] = []
        wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
        wire.on("Network.webSocketFrameReceived", lambda told: sizes.append(_bytes_of(told["response"])))
        wire.send("Network.enable")
        page.goto("/")
        settle(page, charts=3)
    assert MEGABYTE < sum(sizes) < 3 * MEGABYTE


def test_the_page_speaks_the_readers_language_before_any_script_runs(page: Page) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert '<html lang="en">' in page.request.get("/").text()
    assert '<html lang="zh-CN">' in page.request.get("/causes", headers=chinese).text()
    assert "<title>拒因透镜</title>" in page.request.get("/?language=zh").text()
