"""Pictures of the screen: the one in the README, or with `--all` every view on every kind of screen, to be looked at.

`python tests/screenshot.py --home data --out docs/screenshot.png`, or `make screenshots`.
"""

import argparse
import sys
from itertools import product
from pathlib import Path
from typing import Any

from browsing import CHROMIUM, PATIENCE, chromium, serving, settle
from playwright.sync_api import Browser

from dashboard.shell import VIEWS

CHARTS = 4
SIZE = {"width": 1440, "height": 900}
SCREENS = {"desk": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
LOCALES = {"en": "en-US", "zh": "zh-CN"}
DRAWN = """() => !document.querySelector('[data-testid=stSkeleton]')
    && [...document.querySelectorAll('[data-chart]')].every(place => place.querySelector('.main-svg'))"""
STEADY = 600
"""Milliseconds until charts fit the window."""


def take(home: Path, out: Path) -> None:
    """The top of the overview, in light English, as a reader with a fresh browser sees it."""
    with serving(home) as address, chromium() as browser:
        page = browser.new_page(base_url=address, locale="en-US", color_scheme="light", viewport=SIZE)
        page.goto("/")
        settle(page, CHARTS)
        page.evaluate("document.fonts.ready")
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out, animations="disabled", caret="hide", clip={"x": 0, "y": 0, **SIZE})


def take_all(home: Path, folder: Path) -> list[Path]:
    """Every view from top to bottom, on a desk and on a phone, light and dark, in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with serving(home) as address, chromium() as browser:
        for view, screen, scheme, language in product(VIEWS, SCREENS, SCHEMES, LOCALES):
            out = folder / f"{view}_{screen}_{scheme}_{language}.png"
            look = {"base_url": address, "locale": LOCALES[language], "color_scheme": scheme}
            _whole(browser, "/" if view == "overview" else f"/{view}", SCREENS[screen], look, out)
            taken.append(out)
    return taken


def _whole(browser: Browser, path: str, size: tuple[int, int], look: dict[str, Any], out: Path) -> None:
    """The page is scrolled inside a window: the window is made as high as the page for the picture."""
    width, height = size
    with browser.new_context(viewport={"width": width, "height": height}, **look) as context:
        page = context.new_page()
        page.goto(path)
        settle(page)
        page.wait_for_function(DRAWN, timeout=PATIENCE)
        whole = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(whole, height)})
        page.wait_for_timeout(STEADY)
        page.screenshot(path=out, animations="disabled", caret="hide")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, default=Path("data"), help="Home folder with a published snapshot.")
    arguments.add_argument("--out", type=Path, default=Path("docs/screenshot.png"), help="The picture to write.")
    arguments.add_argument("--all", type=Path, help="A folder for pictures of every view instead.")
    chosen = arguments.parse_args()
    if CHROMIUM is None:
        sys.exit("no chromium, chromium-browser or google-chrome on the PATH")
    if chosen.all:
        print(f"{len(take_all(chosen.home, chosen.all))} pictures in {chosen.all}")
        return
    take(chosen.home, chosen.out)
    print(f"{chosen.out}: {chosen.out.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
