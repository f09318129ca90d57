"""Saved views in real Chromium: saved, opened, shown first, renamed, deleted; Back undoes an opening."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import IN_CHROMIUM, settle
from playwright.sync_api import Page, expect

from dashboard import saved

pytestmark = IN_CHROMIUM


@pytest.fixture
def home(synthetic_home: Path) -> Iterator[Path]:
    """The home of the other tests, without saved views before and after."""
    file = synthetic_home / saved.FILE
    file.unlink(missing_ok=True)
    yield synthetic_home
    file.unlink(missing_ok=True)


def has_address(page: Page, address: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(address) + "$"), timeout=20_000)
    settle(page)


def menu(page: Page) -> None:
    page.get_by_role("button", name="Saved views").click()
    expect(page.get_by_label("Name for what is shown now")).to_be_visible()


def test_a_view_is_saved_opened_shown_first_and_deleted(page: Page, home: Path) -> None:
    page.goto("/?region=CN-GD&period=last7")
    settle(page, charts=3)
    menu(page)
    page.get_by_label("Name for what is shown now").fill("South *this* week")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="South *this* week", exact=True)).to_be_visible()
    assert [(view.name, view.query) for view in saved.read(home)] == [
        ("South *this* week", "period=last7&region=CN-GD")
    ]

    page.goto("/causes?region=CN-SC")
    settle(page, charts=2)
    menu(page)
    page.get_by_role("button", name="South *this* week", exact=True).click()
    has_address(page, "/causes?period=last7&region=CN-GD")
    page.go_back()
    has_address(page, "/causes?region=CN-SC")

    page.reload()
    settle(page, charts=2)
    menu(page)
    page.locator(".st-key-saved_start_0 button:visible").click()
    expect(page.locator(".st-key-saved_start_0")).to_contain_text("★")
    settle(page)
    assert saved.start(home)
    page.goto("/")
    settle(page, charts=3)
    expect(page.locator(".st-key-chip_region")).to_contain_text("Guangdong")
    page.get_by_role("button", name="Clear filters").click()
    has_address(page, "/?period=last7")

    menu(page)
    page.locator(".st-key-saved_delete_0 button:visible").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert saved.read(home) == ()
