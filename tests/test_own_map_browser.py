"""A map of the lender's own in Chromium: areas have their menu, and the keyboard leads from one to the next."""

import json
from collections.abc import Callable, Iterator

import pytest
from browsing import IN_CHROMIUM, serving
from playwright.sync_api import Page
from test_exploring import choose, focus, has_address, heard, menu, open_at, press

from etl.home import Home
from etl.snapshot import Snapshot

pytestmark = IN_CHROMIUM
LOG = """
outcome  | region | at         | reasons | times
approved | CN-GD  | 2026-10-05 |         | 60
refused  | CN-GD  | 2026-10-05 | U101    | 40
approved | CN-BJ  | 2026-10-05 |         | 90
refused  | CN-BJ  | 2026-10-05 | U101    | 30
"""
OUTLINES = {
    "CN-GD": [[0, 0], [30, 0], [30, 20], [20, 20], [20, 5], [10, 5], [10, 20], [0, 20], [0, 0]],
    "CN-BJ": [[12, 10], [18, 10], [18, 18], [12, 18], [12, 10]],
}
"""Beijing in the bay of a Guangdong, whose middle is in the bay too: between the arms there is none of it."""


@pytest.fixture(scope="module")
def address(publish_once: Callable[..., Snapshot]) -> Iterator[str]:
    home = publish_once(LOG).path.parent.parent
    features = [
        {"type": "Feature", "properties": {"code": region}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for region, ring in OUTLINES.items()
    ]
    Home(home).outlines.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    with serving(home) as found:
        yield found


def right_click(page: Page, x: float, y: float) -> None:
    """At a place of the map: shares of its width from the left and of its height from below."""
    chart = page.locator(".st-key-card_region_tiles .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    place = chart.evaluate(
        """(node, [x, y]) => {
            const box = node.getBoundingClientRect(), {xaxis, yaxis} = node._fullLayout;
            const places = (letter) => node.calcdata.flat().map((point) => point[letter]).filter(Number.isFinite);
            const at = (axis, letter, share) => axis._offset + axis.c2p(share * Math.max(...places(letter)));
            return [box.left + at(xaxis, "x", x), box.top + at(yaxis, "y", y)];
        }""",
        [x, y],
    )
    page.mouse.click(*place, button="right")


def test_an_area_has_its_menu_wherever_it_is_and_nothing_beside_it_has(page: Page) -> None:
    open_at(page, "/regions?period=all&compare=none", charts=1)
    for x, y, items in [
        (0.5, 0.7, ["Only Beijing", "All except Beijing"]),
        (0.1, 0.9, ["Only Guangdong", "All except Guangdong"]),
        (0.9, 0.9, ["Only Guangdong", "All except Guangdong"]),
        (0.5, 0.4, []),
    ]:
        right_click(page, x, y)
        assert menu(page) == items
        press(page, "Escape")

    right_click(page, 0.1, 0.1)
    choose(page, "All except Guangdong")
    has_address(page, "/regions?period=all&compare=none&except_region=CN-GD")


def test_arrow_keys_lead_from_area_to_area_and_enter_filters(page: Page) -> None:
    open_at(page, "/regions?period=all&compare=none", charts=1)
    focus(page, "region_tiles")
    told = []
    for key in ("Home", "End"):
        press(page, key)
        told.append(heard(page, "region_tiles"))

    assert ["Guangdong" in told[0], "Beijing" in told[1]] == [True, True]
    press(page, "Enter")
    has_address(page, "/regions?period=all&compare=none&region=CN-BJ")
    press(page, "Shift+Enter")
    assert menu(page) == ["Only Beijing", "All except Beijing", "Release Beijing"]
