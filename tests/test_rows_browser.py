"""The rows in Chromium: from a card to the attempts behind it, through their pages, and home as a file."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browsing import IN_CHROMIUM, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect
from recount import between, raw_log, refused

pytestmark = IN_CHROMIUM
POSITION = re.compile(r"^([\d,]+)–([\d,]+) of ([\d,]+) · Refusals")


@pytest.fixture(scope="module")
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=address, locale="en-US") as opened:
        yield opened


@pytest.fixture
def refusals(synthetic_home: Path) -> int:
    """Those of the debt of the last 28 days, counted by pandas."""
    log = raw_log(synthetic_home)
    last = log["day"].max()
    found = refused(between(log, last - timedelta(27), last))
    return int((found["cause"] == "debt").sum())


def test_a_card_leads_to_its_rows_and_back(page: Page, refusals: int) -> None:
    page.goto("/causes?cause=debt")
    settle(page, charts=2)
    page.locator(".st-key-foot_causes").get_by_role("link", name="Rows").click()
    expect(page).to_have_url(re.compile(r"/rows\?cause=debt$"))
    expect(page.get_by_text(POSITION)).to_have_text(re.compile(f"1–100 of {refusals:,} · Refusals"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/causes\?cause=debt$"))


def test_pages_turn_and_other_rows_begin_at_the_first(page: Page) -> None:
    page.goto("/rows")
    settle(page)
    page.locator(".st-key-pages_rows").get_by_role("button", name="Page 2", exact=True).click()
    expect(page.get_by_text(POSITION)).to_have_text(re.compile("^101–200 of"))
    page.get_by_label("Order").click()
    page.get_by_role("option", name="Oldest first").click()
    expect(page.get_by_text(POSITION)).to_have_text(re.compile("^1–100 of"))


def test_the_file_is_all_of_the_rows(page: Page, refusals: int) -> None:
    page.goto("/rows?cause=debt")
    settle(page)

    with page.expect_download() as waiting:
        page.get_by_role("link", name="All rows as CSV").click()

    content = waiting.value.path().read_text(encoding="utf-8-sig")
    assert waiting.value.suggested_filename.startswith("rows_refusals_")
    assert len(list(csv.reader(io.StringIO(content, newline="")))) == refusals + 1
