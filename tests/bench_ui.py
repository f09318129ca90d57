"""Measures the screen in a real Chromium, side by side in one run: `make bench-ui`. Nothing here asserts a time."""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import bench_sessions
from bench_tables import console
from browsing import CHROMIUM, SPOT, chromium, free_port, serving, settle, wait_until_up
from playwright.sync_api import Browser, Page
from rich.table import Table

CLICKS, CHARTS = 30, 4
REGIONS = ("CN-GD", "CN-SC", "CN-ZJ", "CN-JS", "CN-SD", "CN-HN", "CN-HB", "CN-FJ", "CN-HE", "CN-AH")
DESK = {"width": 1440, "height": 2400}
"""So high that every chart is on the screen."""
STEADY = 250
"""Milliseconds without a change, after which a chart is taken as painted."""
STOCK = Path(__file__).with_name("bench_stock.py")
WATCH = """() => {
    window.painted = [];
    const seen = new Map();
    const look = () => {
        for (const chart of document.querySelectorAll('.js-plotly-plot')) {
            const title = chart.closest('[data-chart], [class*=st-key-]')?.outerHTML.slice(0, 80);
            if (chart.calcdata && seen.get(title) !== chart.calcdata) {
                seen.set(title, chart.calcdata);
                window.painted.push(performance.now());
            }
        }
        requestAnimationFrame(look);
    };
    look();
    document.addEventListener('mousedown', () => { window.begun = performance.now(); window.painted = []; }, true);
    document.addEventListener('mouseup', () => { window.begun = performance.now(); }, true);
}"""


@dataclass(frozen=True)
class Measured:
    what: str
    milliseconds: list[float]

    @property
    def row(self) -> tuple[str, str, str, str]:
        ordered = sorted(self.milliseconds)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        return self.what, str(len(ordered)), f"{statistics.median(ordered):.0f}", f"{p95:.0f}"


def clicks(page: Page, card: str, what: str) -> Measured:
    """From the mouse button to the last chart painted: one region after the other is chosen, then released."""
    page.evaluate(WATCH)
    times = []
    for number in range(CLICKS):
        spot = page.evaluate(SPOT, [card, [REGIONS[number % len(REGIONS)]]])
        times.append(_gesture(page, partial(page.mouse.click, *spot)))
    return Measured(what, times)


def brushes(page: Page, what: str) -> Measured:
    """From the end of a drag over the trend to the last chart painted; Back between two."""
    times = []
    for number in range(CLICKS // 3):
        box = page.locator(".st-key-card_trend_layer .nsewdrag").first.bounding_box() or {}
        start, width, height = box["x"], box["width"], box["y"] + box["height"] / 2
        first = start + width * (0.1 + 0.02 * number)
        times.append(_gesture(page, partial(_drag, page, first, first + width * 0.3, height)))
        page.go_back()
        page.wait_for_timeout(4 * STEADY)
    return Measured(what, times)


def _drag(page: Page, start: float, end: float, height: float) -> None:
    page.mouse.move(start, height)
    page.mouse.down()
    page.mouse.move(end, height, steps=5)
    page.mouse.up()


def _gesture(page: Page, act: Callable[[], None]) -> float:
    act()
    page.wait_for_function(
        "steady => window.painted.some(at => at > window.begun) && performance.now() - window.painted.at(-1) > steady",
        arg=STEADY,
    )
    return float(page.evaluate("window.painted.at(-1) - window.begun"))


def navigation(page: Page) -> Measured:
    """From the click on a view's link to all of its charts, the browser's cache and the server warm."""
    times = []
    for number in range(CLICKS // 3):
        begun = time.perf_counter()
        page.locator(".st-key-views a").nth(1 + number % 3).click()
        page.wait_for_url(f"**/{('causes', 'regions', 'time')[number % 3]}**")
        settle(page, charts=3)
        times.append((time.perf_counter() - begun) * 1000)
    return Measured("link → charts of another view", times)


def cold(home: Path, browser: Browser) -> Measured:
    """From the command to the first chart in a fresh browser."""
    begun = time.perf_counter()
    with serving(home) as address, browser.new_context(base_url=address, viewport=DESK) as context:
        page = context.new_page()
        page.goto("/")
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
        return Measured("command → first chart, cold", [(time.perf_counter() - begun) * 1000])


@contextmanager
def stock(home: Path) -> Iterator[str]:
    """The same charts, drawn by Streamlit's own element."""
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(STOCK), *options, "--", str(home)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=STOCK.parent.parent) as server:
        try:
            yield wait_until_up(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(timeout=20)


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_page(base_url=address, locale="en-US", viewport=DESK)
    page.goto("/")
    settle(page, CHARTS - 1)
    page.wait_for_timeout(4 * STEADY)
    return page


def measured(home: Path) -> Iterator[Measured]:
    with chromium() as browser:
        yield cold(home, browser)
        with serving(home) as address:
            page = opened(browser, address)
            yield clicks(page, "tiles", "click on a tile → last chart, the board")
            yield brushes(page, "brush over time → last chart, the board")
            yield navigation(page)
        with stock(home) as address:
            yield clicks(opened(browser, address), "tiles", "the same click, st.plotly_chart")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="A home with a snapshot; else the demo is invented.")
    given = arguments.parse_args().home
    if CHROMIUM is None:
        sys.exit("no chromium, chromium-browser or google-chrome on the PATH")
    with tempfile.TemporaryDirectory() as folder:
        home = given or Path(folder)
        if given is None:
            subprocess.run([sys.executable, "-m", "etl", "demo", "--home", str(home)], check=True, capture_output=True)
        table = Table("gesture", "times", "p50 ms", "p95 ms", title="The screen in Chromium", title_justify="left")
        for one in measured(home):
            table.add_row(*one.row)
        console.print(table)
        console.print(bench_sessions.measure(home))


if __name__ == "__main__":
    main()
