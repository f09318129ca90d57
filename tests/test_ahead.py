"""Charts ahead of the page: they are those that the page will show, and nothing of the reader changes."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, click_mark, in_chromium, settle
from playwright.sync_api import Browser, Page, expect

from dashboard import answers
from dashboard.ahead import after, charts_after, page_of
from dashboard.board import named
from dashboard.filters import Filters
from dashboard.screen import Screen
from dashboard.server import LARGEST
from dashboard.shell import VIEWS
from etl.errors import InvalidValue
from etl.query import Selection
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language

CARDS = {name: view.cards for name, view in VIEWS.items()}
GUANGDONG = {"chart": "tiles", "mark": ["CN-GD"]}
SICHUAN = {"chart": "tiles", "mark": ["CN-SC"]}
THREE_DAYS = {"chart": "trend_layer", "days": ["2026-10-05", "2026-10-07"]}
ONE_DAY = {"chart": "calendar", "mark": ["2026-10-05", "2026-10-05"]}
DAYS = {"preset": "custom", "since": date(2026, 10, 5)}


@pytest.fixture(scope="module")
def snapshot(synthetic_home: Path) -> Snapshot:
    return open_snapshot(synthetic_home)


@pytest.fixture(scope="module")
def server(address: str) -> str:
    """Its host and port."""
    return address.removeprefix("http://")


def told(server: str, body: bytes, **headers: str) -> tuple[int, bytes, Message]:
    """Status, content and headers of an answer."""
    with closing(HTTPConnection(server, timeout=30)) as connection:
        connection.request("POST", "/charts", body, {"Content-Type": "application/json"} | headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers


def drawn(snapshot: Snapshot, filters: Filters, view: str = "overview", **kept: Any) -> dict[str, Any]:
    """What the page shows under these filters."""
    screen = Screen(snapshot, filters, kept=kept)
    answers.draw(CARDS[view](screen), screen)
    return dict(json.loads(named(screen.board.charts)))


def question(snapshot: Snapshot, *gestures: dict[str, Any], view: str = "overview", **page: Any) -> bytes:
    """What the browser sends after gestures on the page as it opens."""
    shown = page_of(Screen(snapshot, page.pop("filters", Filters()), kept=page.pop("kept", {})), view)
    return json.dumps(shown | {"gestures": gestures} | page).encode()


def told_of(home: Path, body: bytes) -> dict[str, Any]:
    """What the browser is told, one chart a line."""
    lines = [json.loads(line) for line in charts_after(home, CARDS, body)]
    assert [len(line) for line in lines] == [1] * len(lines)
    return {id: chart for line in lines for id, chart in line.items()}


@pytest.mark.parametrize(
    ("gestures", "after"),
    [
        ([], Filters()),
        ([GUANGDONG], Filters(where=(("region", Selection(("CN-GD",))),))),
        ([GUANGDONG, SICHUAN], Filters(where=(("region", Selection(("CN-GD", "CN-SC"))),))),
        ([GUANGDONG, GUANGDONG], Filters()),
        ([THREE_DAYS], Filters(**DAYS, until=date(2026, 10, 7))),
        ([{"chart": "no such chart", "mark": ["CN-GD"]}], Filters()),
        ([{"chart": "tiles", "mark": ["Atlantis"]}], Filters()),
    ],
    ids=["none", "a tile", "two tiles", "a tile and again", "a brush", "an unknown chart", "an unknown mark"],
)
def test_the_charts_are_those_that_the_page_will_show(
    snapshot: Snapshot, synthetic_home: Path, gestures: list[dict[str, Any]], after: Filters
) -> None:
    charts = told_of(synthetic_home, question(snapshot, *gestures))
    assert charts == drawn(snapshot, after)


@pytest.mark.parametrize("language", Language)
def test_language_darkness_and_the_filters_of_before_are_those_of_the_page(
    snapshot: Snapshot, synthetic_home: Path, language: Language
) -> None:
    app = (("channel", Selection(("app",), is_except=True)),)
    body = question(snapshot, GUANGDONG, filters=Filters(language=language, where=app), dark=True)
    charts = told_of(synthetic_home, body)
    screen = Screen(snapshot, Filters(language=language, where=(*app, ("region", Selection(("CN-GD",))))), is_dark=True)
    answers.draw(CARDS["overview"](screen), screen)
    assert charts == json.loads(named(screen.board.charts))


def test_a_day_that_is_clicked_again_gives_way_to_the_days_before_it(snapshot: Snapshot, synthetic_home: Path) -> None:
    kept = {"period_before": ["last7", None, None]}
    body = question(snapshot, ONE_DAY, view="time", filters=Filters(**DAYS, until=date(2026, 10, 5)), kept=kept)
    charts = told_of(synthetic_home, body)
    assert charts == drawn(snapshot, Filters(preset="last7"), "time")


def test_a_trend_stays_split_and_drawn_as_the_reader_chose(snapshot: Snapshot, synthetic_home: Path) -> None:
    kept = {"split_en": "cause", "shape_en": "lines"}
    body = question(snapshot, view="time", kept=kept)
    charts = told_of(synthetic_home, body)
    assert charts == drawn(snapshot, Filters(), "time", **kept)
    assert charts["split_trend"] != drawn(snapshot, Filters(), "time")["split_trend"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"view": "nowhere", "query": {}, "kept": {}, "dark": false, "gestures": []}'],
    ids=["nothing", "a list", "an empty page", "no such view"],
)
def test_what_is_no_page_of_ours_is_one_line(synthetic_home: Path, body: bytes, server: str) -> None:
    with pytest.raises(InvalidValue, match="not a page of this dashboard"):
        charts_after(synthetic_home, CARDS, body)
    status, line, _ = told(server, body)
    assert (status, line.count(b"\n")) == (400, 0)


@pytest.mark.parametrize("kept", [{"shape_en": "bogus"}, {"split_en": ["x"]}, {"split_en": "attempt_id"}])
def test_nor_is_a_choice_that_no_switch_offers(snapshot: Snapshot, synthetic_home: Path, kept: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match="not a page of this dashboard"):
        charts_after(synthetic_home, CARDS, question(snapshot, view="time", kept=kept))


def test_a_gesture_means_what_its_chart_shows_by_then(snapshot: Snapshot) -> None:
    chosen = Screen(snapshot, Filters(where=(("cause", Selection(("credit_score",))),)))
    narrower = after({"chart": "alone", "mark": ["U101"]}, chosen, CARDS["causes"])
    assert narrower.selection("reason") == Selection(("U101",))
    assert after({"chart": "alone", "mark": ["U101"]}, Screen(snapshot, Filters()), CARDS["causes"]) == Filters()


@pytest.mark.parametrize("gesture", [{}, "click", {"chart": "trend_layer", "days": ["soon", "later"]}])
def test_nor_is_a_gesture_that_nobody_can_make(snapshot: Snapshot, synthetic_home: Path, gesture: Any) -> None:
    with pytest.raises(InvalidValue, match="not a page of this dashboard"):
        charts_after(synthetic_home, CARDS, question(snapshot, gesture))


def test_the_server_answers_as_any_other_page_of_ours(server: str, snapshot: Snapshot, synthetic_home: Path) -> None:
    body = question(snapshot, GUANGDONG)
    _, content, headers = told(server, body)
    assert content == b"".join(charts_after(synthetic_home, CARDS, body))
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'self'")


def test_the_server_reads_no_long_letters(server: str) -> None:
    assert told(server, b" " * (LARGEST + 1))[0] == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Type": "text/plain"}, 415), ({"Host": "elsewhere.example"}, 400), ({"Host": "localhost"}, 200)],
    ids=["what any page may send", "a name of elsewhere", "our own name"],
)
def test_a_page_of_elsewhere_gets_nothing(
    server: str, snapshot: Snapshot, headers: dict[str, str], status: int
) -> None:
    assert told(server, question(snapshot), **headers)[0] == status


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """The Overview, whose words to the server can be held back, and which counts how often it draws each chart."""
    with browser.new_context(base_url=f"http://{server}", viewport={"width": 1440, "height": 1000}) as context:
        tab = context.new_page()
        tab.add_init_script(HELD_BACK)
        tab.goto("/")
        settle(tab, charts=3)
        tab.evaluate(COUNTED)
        yield tab


HELD_BACK = """
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (content) { if (!window.isHeld) send.call(this, content); };
"""
COUNTED = """() => {
    const react = Plotly.react;
    window.drawn = {};
    Plotly.react = (node, ...rest) => {
        const id = node.parentElement.dataset.chart;
        window.drawn[id] = (window.drawn[id] ?? 0) + 1;
        return react(node, ...rest);
    };
}"""
BOARD = "document.documentElement.dataset.board"


@in_chromium
def test_each_chart_is_drawn_once_for_a_click(page: Page) -> None:
    click_mark(page, "tiles", "CN-GD")
    expect(page).to_have_url(re.compile("region=CN-GD$"), timeout=20_000)
    settle(page, charts=3)
    drawn = page.evaluate("window.drawn")
    assert {"trend_layer", "top_causes", "tiles"} <= drawn.keys()
    assert set(drawn.values()) == {1}


@in_chromium
def test_charts_change_before_the_page_does_and_change_back_if_it_never_hears_of_the_click(page: Page) -> None:
    before = page.evaluate(BOARD)
    page.evaluate("window.isHeld = true")
    click_mark(page, "tiles", "CN-GD")
    page.wait_for_function(f"before => {BOARD} !== before", arg=before, timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"/$"))
    page.wait_for_function(f"before => {BOARD} === before", arg=before, timeout=PATIENCE)
