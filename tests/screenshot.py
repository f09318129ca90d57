"""Makes the picture in the README: `python tests/screenshot.py --home data --out docs/screenshot.png`."""

import argparse
import sys
from pathlib import Path

from browsing import CHROMIUM, chromium, serving, settle

CHARTS = 4
SIZE = {"width": 1440, "height": 900}


def take(home: Path, out: Path) -> None:
    """The top of the overview, in light English, as a reader with a fresh browser sees it."""
    with serving(home) as address, chromium() as browser:
        page = browser.new_page(base_url=address, locale="en-US", color_scheme="light", viewport=SIZE)
        page.goto("/")
        settle(page, CHARTS)
        page.evaluate("document.fonts.ready")
        out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=out, animations="disabled", caret="hide", clip={"x": 0, "y": 0, **SIZE})


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, default=Path("data"), help="Home folder with a published snapshot.")
    arguments.add_argument("--out", type=Path, default=Path("docs/screenshot.png"), help="The picture to write.")
    chosen = arguments.parse_args()
    if CHROMIUM is None:
        sys.exit("no chromium, chromium-browser or google-chrome on the PATH")
    take(chosen.home, chosen.out)
    print(f"{chosen.out}: {chosen.out.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
