"""The screen in real Chromium: clicks, addresses, reloads, downloads, a phone's width, and silence towards the net."""

import csv
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from browsing import IN_CHROMIUM, Heard, click_mark, serving, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect
from recount import between, count_by, decided, raw_log, refusal_rate, refused

from dashboard.shell import VIEWS
from etl.catalogue import load_catalogue

pytestmark = IN_CHROMIUM
BOM = b"\xef\xbb\xbf"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TWO_WEEKS = "since=2026-10-05&until=2026-10-18"


@pytest.fixture(scope="module")
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=address, locale="en-US", viewport=DESK) as opened:
        yield opened


@pytest.fixture
def attempts(synthetic_home: Path) -> pd.DataFrame:
    """Those of the last 28 days, the period that the screen opens with."""
    log = raw_log(synthetic_home)
    return between(log, log["day"].max() - timedelta(27), log["day"].max())


def open_at(page: Page, address: str, charts: int = 1) -> None:
    page.goto(address)
    settle(page, charts)


def is_at(page: Page, address: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(address) + "$"), timeout=20_000)
    settle(page)


def numbers(page: Page) -> list[str]:
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()


def shows(page: Page, values: list[str]) -> None:
    """The leading numbers become these: after a step in history the address is there before the numbers are."""
    for place, value in enumerate(values):
        expect(page.locator("[data-testid=stMetricValue]").nth(place)).to_have_text(value, timeout=20_000)


def chips(page: Page) -> list[str]:
    return page.locator(".st-key-chips button:visible p").all_inner_texts()


def downloaded(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.locator(f".st-key-{button} button:visible").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def table(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(BOM)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# ------------------------------------------------------------------------------------------- clicks and addresses


def test_a_click_on_a_tile_filters_and_another_one_releases(page: Page, attempts: pd.DataFrame) -> None:
    open_at(page, "/", charts=3)
    shows(page, leading(attempts))
    click_mark(page, "tiles", "CN-GD")
    is_at(page, "/?region=CN-GD")
    assert chips(page) == ["Region: Guangdong", "Clear filters"]
    shows(page, leading(attempts[attempts["region"] == "CN-GD"]))
    click_mark(page, "tiles", "CN-SC")
    is_at(page, "/?region=CN-GD&region=CN-SC")
    shows(page, leading(attempts[attempts["region"].isin(["CN-GD", "CN-SC"])]))
    click_mark(page, "tiles", "CN-GD")
    is_at(page, "/?region=CN-SC")
    click_mark(page, "tiles", "CN-SC")
    is_at(page, "/")
    shows(page, leading(attempts))
    assert chips(page) == []


def leading(attempts: pd.DataFrame) -> list[str]:
    return [f"{refusal_rate(attempts):.1%}", f"{len(refused(attempts)):,}", f"{len(attempts):,}"]


def test_back_undoes_a_click_in_one_step_forward_redoes_it_and_a_reload_keeps_it(page: Page) -> None:
    open_at(page, "/", charts=3)
    whole = numbers(page)
    click_mark(page, "tiles", "CN-GD")
    is_at(page, "/?region=CN-GD")
    narrowed, named = numbers(page), chips(page)
    assert narrowed != whole
    page.go_back()
    is_at(page, "/")
    expect(page.locator(".st-key-chips")).to_have_count(0)
    shows(page, whole)
    page.go_forward()
    is_at(page, "/?region=CN-GD")
    expect(page.get_by_role("button", name="Region: Guangdong")).to_be_visible()
    shows(page, narrowed)
    page.reload()
    settle(page, charts=3)
    shows(page, narrowed)
    assert chips(page) == named


def test_every_view_keeps_the_filters(page: Page) -> None:
    open_at(page, f"/?{TWO_WEEKS}&region=CN-GD", charts=2)
    shown = chips(page)
    for view in reversed(VIEWS):
        walk_to(page, view)
        is_at(page, f"{path(view)}?{TWO_WEEKS}&region=CN-GD")
        assert chips(page) == shown


def walk_to(page: Page, view: str) -> None:
    page.locator(".st-key-views a").nth(list(VIEWS).index(view)).click()
    expect(page).to_have_url(re.compile(f"{path(view)}(\\?|$)"), timeout=20_000)
    settle(page, charts=0 if view in ("rows", "data") else 2)


def path(view: str) -> str:
    return "/" if view == "overview" else f"/{view}"


@pytest.mark.parametrize(
    ("view", "card", "mark", "query"),
    [
        ("overview", "trend_layer", ["technical"], "layer=technical"),
        ("causes", "reasons", ["U121"], "reason=U121"),
        ("regions", "matrix", ["CN-GD", "debt"], "cause=debt&region=CN-GD"),
        ("time", "week_hours", ["5", "20"], "hour=20&weekday=5"),
    ],
    ids=["bar", "long bar", "cell", "hour"],
)
def test_a_click_on_any_mark_filters(page: Page, view: str, card: str, mark: list[str], query: str) -> None:
    open_at(page, path(view), charts=2)
    click_mark(page, card, *mark)
    expect(page).to_have_url(re.compile(r"\?"), timeout=10_000)
    assert sorted(urlsplit(page.url).query.split("&")) == query.split("&")


def test_a_cell_replaces_the_last_one_and_a_second_click_releases_it(page: Page) -> None:
    open_at(page, "/regions", charts=4)
    click_mark(page, "matrix", "CN-GD", "debt")
    is_at(page, "/regions?cause=debt&region=CN-GD")
    click_mark(page, "matrix", "CN-SC", "debt")
    is_at(page, "/regions?cause=debt&region=CN-SC")
    click_mark(page, "matrix", "CN-SC", "debt")
    is_at(page, "/regions")


def test_a_click_on_a_day_shows_it_alone_and_another_one_goes_back(page: Page) -> None:
    open_at(page, "/time?period=last7", charts=5)
    newest = page.evaluate(
        "[...document.querySelector('.st-key-card_calendar .js-plotly-plot').data].map("
        "trace => trace.customdata || []).flat().at(-2)[0]"
    )
    click_mark(page, "calendar", newest)
    is_at(page, f"/time?since={newest}&until={newest}")
    click_mark(page, "calendar", newest)
    is_at(page, "/time?period=last7")


def test_the_other_language_changes_the_page_and_its_address(page: Page) -> None:
    open_at(page, "/?region=CN-GD", charts=2)
    shown = numbers(page)[:3]
    page.get_by_text("中文", exact=True).click()
    expect(page.get_by_role("heading", name="拒因透镜")).to_be_visible(timeout=20_000)
    is_at(page, "/?language=zh&region=CN-GD")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    shows(page, shown)
    assert chips(page) == ["地区：广东", "清除筛选"]


# ------------------------------------------------------------------------------------------- downloads


def test_a_card_as_csv_is_the_raw_log_counted_again(page: Page, attempts: pd.DataFrame) -> None:
    open_at(page, "/", charts=3)
    name, content = downloaded(page, "tiles_csv")
    assert name == f"refusal_rate_by_region_{attempts['day'].min()}_{attempts['day'].max()}.csv"
    rows = table(content)
    refusals, of = count_by(refused(attempts), "region"), count_by(decided(attempts), "region")
    assert {row["region"]: int(row["decided"]) for row in rows if row["decided"] != "0"} == of
    assert {row["region"]: int(row["refusals"]) for row in rows if row["refusals"] != "0"} == refusals
    for row in rows:
        rate = refusals.get(row["region"], 0) / of[row["region"]] if row["region"] in of else None
        assert row["refusal_rate"] == "" if rate is None else float(row["refusal_rate"]) == pytest.approx(rate)


def test_the_files_follow_the_filters_and_speak_the_language(page: Page, synthetic_home: Path) -> None:
    open_at(page, f"/?{TWO_WEEKS}&except_channel=app&region=CN-GD&language=zh&compare=none", charts=2)
    _, content = downloaded(page, "top_causes_csv")
    rows = table(content)
    log = between(raw_log(synthetic_home), date(2026, 10, 5), date(2026, 10, 18))
    kept = log[(log["region"] == "CN-GD") & (log["channel"] != "app")]
    assert {row["cause"]: int(row["refusals"]) for row in rows if row["refusals"] != "0"} == count_by(
        refused(kept), "cause"
    )
    assert {row["all_refusals"] for row in rows} == {str(len(refused(kept)))}
    assert [row["cause_label"] for row in rows] == [load_catalogue().causes[row["cause"]].words.zh for row in rows]
    holds(downloaded(page, "top_causes_zip"), content)


def test_the_tables_about_the_data_have_files_of_their_own(page: Page, synthetic_home: Path) -> None:
    open_at(page, "/data?language=zh", charts=0)
    name, content = downloaded(page, "loads_csv")
    assert re.fullmatch(r"loads_\d{8}T\d+-[0-9a-f]+\.csv", name)
    assert [int(row["rows_read"]) for row in table(content)] == [len(raw_log(synthetic_home))]
    _, missing = downloaded(page, "missing_values_csv")
    regions = next(row for row in table(missing) if row["dimension"] == "region")
    assert int(regions["missing"]) == int(raw_log(synthetic_home)["region"].isna().sum())
    _, events = downloaded(page, "events_csv")
    calendar = tomllib.loads((synthetic_home / "events.toml").read_text(encoding="utf-8"))["events"]
    assert {row["zh"] for row in table(events)} == {event["zh"] for event in calendar}


def holds(download: tuple[str, bytes], alone: bytes) -> None:
    """Asserts that the zip has the CSV that was handed out alone, and the facts about it."""
    name, content = download
    stem = name.removesuffix(".zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"{stem}.csv", f"{stem}.parquet", f"{stem}.about.json"]
        assert archive.read(f"{stem}.csv") == alone
        about = json.loads(archive.read(f"{stem}.about.json"))
    assert about["filters"] == {"channel": {"all_except": ["app"]}, "region": {"only": ["CN-GD"]}}
    assert about["period"] == {"since": "2026-10-05", "until": "2026-10-18"}
    assert (about["rows"], about["is_synthetic"]) == (len(table(alone)), True)


# ------------------------------------------------------------------------------------------- every view


def test_no_view_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    open_at(page, "/", charts=3)
    wide = "element => element.scrollWidth - element.clientWidth"
    for view in (*VIEWS, "overview"):
        walk_to(page, view)
        assert (view, page.locator("html").evaluate(wide), page.get_by_test_id("stMain").evaluate(wide)) == (view, 0, 0)


def test_the_view_of_the_data_opens_by_its_address(page: Page) -> None:
    open_at(page, "/data", charts=0)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


def test_a_real_log_opens_and_a_state_can_be_clicked(browser: Browser, hmda_home: Path) -> None:
    heard = Heard()
    with serving(hmda_home) as address, browser.new_context(base_url=address, viewport=DESK) as opened:
        page = opened.new_page()
        heard.listen(page)
        open_at(page, "/", charts=3)
        click_mark(page, "tiles", "US-TX")
        is_at(page, "/?region=US-TX")
        assert chips(page) == ["Region: Texas", "Clear filters"]
    assert (heard.foreign, heard.complaints) == ([], [])
