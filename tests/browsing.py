"""A dashboard server of one home and the system's Chromium in front of it, both ended with the block that began them."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
UP_WITHIN = 60
"""Seconds for a server on a busy machine."""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`python -m dashboard` on a free port: its address, once it answers."""
    command = [sys.executable, "-m", "dashboard", "--home", str(home.resolve()), "--port", str(free_port())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            yield wait_until_up(_printed_address(server))
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
        except URLError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer after {UP_WITHIN} s")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser:
        yield browser


def wait_until_drawn(page: Page, charts: int = 0) -> None:
    """The script has run, nothing of an older run is left, and so many charts have marks."""
    page.wait_for_selector(IDLE, timeout=30_000)
    page.wait_for_function(
        """charts => !document.querySelector('[data-stale=true]')
            && document.querySelectorAll('.js-plotly-plot .plot, .js-plotly-plot .scatterlayer').length >= charts
            && document.querySelectorAll('.st-key-masthead, [data-testid=stHeading]').length > 0""",
        arg=charts,
        timeout=30_000,
    )
