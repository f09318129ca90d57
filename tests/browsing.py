"""A dashboard server of one home and the system's Chromium in front of it, each ended by the block that began it."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the PATH"),
]
"""The marks of a test that needs a browser."""


def in_chromium(test: Callable[..., None]) -> Callable[..., None]:
    """For a test among others that need none."""
    for mark in IN_CHROMIUM:
        test = mark(test)
    return test


IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
PATIENCE = 30_000
"""Milliseconds for a page on a busy machine."""
FLUSHED = 60
"""Milliseconds: Streamlit says that a run is over before it writes the last of it to the page."""
UP_WITHIN = 60
"""Seconds for a server on a busy machine."""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`python -m dashboard` on a free port: its address, once it answers."""
    with process_of(home) as (address, _):
        yield address


@contextmanager
def process_of(home: Path, *options: str) -> Iterator[tuple[str, int]]:
    """The same, with the number of its process."""
    command = [sys.executable, "-m", "dashboard", "--home", str(home.resolve()), "--port", str(free_port()), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            yield wait_until_up(_printed_address(server)), server.pid
        finally:
            server.terminate()
            server.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _printed_address(server: subprocess.Popen[str]) -> str:
    lines = []
    for line in server.stdout or ():
        lines.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise RuntimeError(f"the dashboard printed no address:\n{''.join(lines)}")


def wait_until_up(address: str) -> str:
    """The address is printed before Streamlit listens."""
    give_up = time.monotonic() + UP_WITHIN
    while time.monotonic() < give_up:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=5):
                return address
        except OSError:  # nobody listens yet, or is too busy to answer
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer after {UP_WITHIN} s")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser:
        yield browser


def settle(page: Page, charts: int = 0) -> None:
    """Wait until the script has run, nothing of an older run is left, and at least so many charts have their marks."""
    page.wait_for_selector(IDLE, timeout=PATIENCE)
    page.wait_for_function(
        """charts => document.querySelectorAll('[data-testid=stHeading]').length
            && !document.querySelector('[data-stale=true]')
            && [...document.querySelectorAll('.js-plotly-plot')].filter(chart => chart.calcdata).length >= charts""",
        arg=charts,
        timeout=PATIENCE,
    )
    page.evaluate(f"new Promise(settled => setTimeout(settled, {FLUSHED}))")


def click_mark(page: Page, card: str, *mark: str) -> None:
    """A click of the mouse on the middle of the largest mark of a card whose data begins with these values."""
    page.locator(f".st-key-card_{card} .js-plotly-plot").scroll_into_view_if_needed()
    page.wait_for_function(f"({SPOT})({json.dumps([card, mark])}) !== null", timeout=PATIENCE)
    x, y = page.evaluate(SPOT, [card, mark])
    page.mouse.move(x - 3, y - 3)
    page.mouse.move(x, y)
    page.mouse.click(x, y)


SPOT = """([card, mark]) => {
    const chart = document.querySelector(`.st-key-card_${card} .js-plotly-plot`);
    if (!chart || !chart.calcdata) return null;
    const box = chart.getBoundingClientRect();
    const spots = chart.calcdata.flatMap(points => {
        const trace = points[0].trace, data = trace.customdata || [];
        const axis = letter => chart._fullLayout[(trace[`${letter}axis`] || letter).replace(letter, `${letter}axis`)];
        const place = (letter, from, to) => {
            const [start, end] = [from, to].map(value => axis(letter).c2p(value));
            return {at: axis(letter)._offset + (start + end) / 2, size: Math.abs(end - start)};
        };
        return points.flatMap((point, i) => {
            if (!mark.every((value, k) => String((data[i] || [])[k]) === value)) return [];
            const [along, across] = trace.orientation === 'h' ? ['x', 'y'] : ['y', 'x'];
            if (trace.type !== 'bar') return [{x: place('x', point.x, point.x), y: place('y', point.y, point.y)}];
            return [{[along]: place(along, point.s0, point.s1), [across]: place(across, point.p0, point.p1)}];
        });
    });
    const largest = spots.sort((one, other) => other.x.size * other.y.size - one.x.size * one.y.size)[0];
    return largest ? [box.left + largest.x.at, box.top + largest.y.at] : null;
}"""
"""Where the middle of the largest mark is on the screen. Plotly's marks have no names, so its own sums are asked."""


@dataclass
class Heard:
    """What a page asked for beyond this machine, and what it complained about."""

    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("request", lambda request: self._ask(request.url))
        page.on("websocket", lambda socket: self._ask(socket.url))
        page.on("console", self._complain)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _ask(self, url: str) -> None:
        if urlsplit(url).hostname != "127.0.0.1" and urlsplit(url).scheme not in {"data", "blob"}:
            self.foreign.append(url)

    def _complain(self, message: ConsoleMessage) -> None:
        is_probe = re.fullmatch(PROBED, urlsplit(message.location["url"]).path) and "404" in message.text
        if message.type == "error" and not is_probe:
            self.complaints.append(f"{message.text} ({message.location['url']})")


PROBED = r"/\w+/_stcore/(health|host-config)"
"""Opened at `/causes`, Streamlit looks for its server below `/causes/` first, is told 404, and then asks the root."""
