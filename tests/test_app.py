"""Every view run without a browser, in both languages, over an invented log and over one that nobody here wrote."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from google.protobuf.json_format import MessageToDict
from recount import between, decided, raw_log, refusal_rate, refused
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import cards, formats, words
from dashboard.shell import HOME, VIEWS
from etl.catalogue import load_catalogue
from etl.catalogue.dimensions import DIMENSIONS
from etl.home import Home
from etl.words import Language

ROOT = Path(__file__).resolve().parent.parent
APP = str(ROOT / "dashboard" / "app.py")
HOMES = ("synthetic_home", "hmda_home")
SEEN = {"body", "label", "help", "placeholder", "options", "content", "alt", "delta"}
"""Fields of Streamlit's messages that a reader sees."""
DRAWN = {"text", "hovertext", "hovertemplate", "name", "title", "ticktext"}
"""Fields of a figure that a reader sees."""
NAMES = {
    *("App", "Android", "iOS", "HarmonyOS", "English", "Language", "Refusal", "Lens", "MB", "kB", "CNY", "USD"),
    *("CSV", "XLSX", "Parquet", "ZIP", "UTF", "UTC", "Wilson", "Asia", "Shanghai", "US", "CN", "HMDA"),
}
"""Words that stand in a Chinese text as they are: names, formats, signs of currencies, the switch to English."""
STATES = {region.partition("-")[2] for region in load_catalogue().regions if region.startswith("US-")}
CODE = re.compile(r"[UPT]\d{3}|hmda:\d|unspecified")
NO_WORDS = re.compile(r"`[^`]*`|:material/\w+:|:\w+-badge\[|%\{[^}]*\}|</?\w+[^>]*>")
"""Commands and paths, icons, colours, places for values, tags."""
MACHINE_COLUMNS = ("文件中的列名", "文件", "映射方案", "载入时间（UTC）", "代码", "申请人（掩码）", "尝试编号（掩码）")
"""Of the tables on the view of the data: names of columns, files and codes."""

Opened = Callable[[Path, str, Language], AppTest]


def open_view(home: Path, view: str = "overview", language: Language = Language.EN, **query: list[str]) -> AppTest:
    """The view as a reader with this address gets it. A page is known by the hash of its path."""
    screen = AppTest.from_file(APP, default_timeout=60)
    screen.query_params.update({"language": language.value, **query})
    screen.context["locale"] = "zh-CN" if language is Language.ZH else "en-US"
    screen._page_hash = calc_hash("" if view == "overview" else view)
    return rerun(screen, home)


def rerun(screen: AppTest, home: Path) -> AppTest:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME, str(home))
        screen.run()
    assert [problem.value for problem in screen.exception] == []
    return screen


@pytest.fixture(scope="module")
def opened() -> Opened:
    """A view with its first filters, run once for all tests that only look at it."""
    return cache(open_view)


@pytest.fixture
def home(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def texts(screen: AppTest) -> Iterator[str]:
    for element in screen._tree:
        message = getattr(element, "proto", None)
        if message is not None:
            yield from strings(MessageToDict(message), SEEN)
    for chart in charts(screen):
        yield from (chart["alt"], *strings(chart["figure"], DRAWN))


def charts(screen: AppTest) -> list[dict[str, Any]]:
    (board,) = screen.get("bidi_component") or [None]
    return list(json.loads(board.proto.bytes)["charts"].values()) if board else []


def strings(found: Any, fields: set[str], is_seen: bool = False) -> Iterator[str]:
    """The texts anywhere below one of these fields."""
    if isinstance(found, dict):
        for field, value in found.items():
            yield from strings(value, fields, field in fields or (is_seen and field == "value"))
    elif isinstance(found, list):
        for value in found:
            yield from strings(value, fields, is_seen)
    elif isinstance(found, str) and is_seen:
        yield found


def english(text: str) -> list[str]:
    """The English words of a text, those left out that may stand there."""
    left = CODE.sub(" ", NO_WORDS.sub(" ", text))
    return [word for word in re.findall(r"[A-Za-z]{2,}", left) if word not in NAMES | STATES]


def kpis(screen: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in screen.metric}


def messages(screen: AppTest) -> list[str]:
    return [box.value for box in (*screen.info, *screen.warning, *screen.error)]


# ------------------------------------------------------------------------------------------- every view


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("home", HOMES, indirect=True)
def test_a_view_opens(opened: Opened, home: Path, view: str, language: Language) -> None:
    screen = opened(home, view, language)
    assert screen.title[0].value == words.PRODUCT(language)
    assert [problem.value for problem in screen.error] == []
    assert charts(screen) or screen.dataframe


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("home", HOMES, indirect=True)
def test_no_english_is_left_in_chinese(opened: Opened, home: Path, view: str) -> None:
    found = {text: english(text) for text in texts(opened(home, view, Language.ZH))}
    assert len(found) > 50, "texts are found at all"
    assert {text: left for text, left in found.items() if left} == {}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("home", HOMES, indirect=True)
def test_no_english_is_left_in_a_chinese_table(home: Path, view: str) -> None:
    screen = open_view(home, view, Language.ZH)
    for toggle in screen.toggle:
        toggle.set_value(True)
    tables = [table.value for table in rerun(screen, home).dataframe]
    assert len(tables) >= len(charts(screen))
    cells = [str(cell) for table in tables for cell in (*table.columns, *spoken_cells(table))]
    assert {cell: english(cell) for cell in cells if english(cell)} == {}


def spoken_cells(table: pd.DataFrame) -> set[str]:
    spoken = table.drop(columns=list(MACHINE_COLUMNS), errors="ignore").select_dtypes(exclude="number")
    return {str(cell) for column in spoken for cell in spoken[column]}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "query",
    [
        {"attribution": ["any"], "granularity": ["month"], "except_cause": ["debt"], "compare": ["last_year"]},
        {"attribution": ["fractional"], "period": ["all"], "region": ["CN-GD", "CN-SC"], "reason": ["U101"]},
        {"attribution": ["sole"], "since": ["2026-10-05"], "until": ["2026-10-06"], "except_channel": ["app"]},
    ],
    ids=lambda query: query["attribution"][0],
)
def test_a_view_opens_under_filters_of_every_kind(synthetic_home: Path, view: str, query: dict[str, list[str]]) -> None:
    screen = open_view(synthetic_home, view, **query)
    assert messages(screen) == []
    assert charts(screen) or screen.dataframe


def test_an_address_that_makes_no_sense_is_answered_in_words(synthetic_home: Path) -> None:
    screen = open_view(synthetic_home, regoin=["CN-GD"], region=["CN-XX"], period=["last9"])
    (said,) = [warning.value for warning in screen.warning]
    assert [name in said for name in ("regoin", "CN-XX", "last9")] == [True, True, True]
    assert len(screen.metric) == 4


# ------------------------------------------------------------------------------------------- what is not there


@pytest.mark.parametrize("language", Language)
def test_what_a_log_does_not_carry_is_said_in_words(opened: Opened, hmda_home: Path, language: Language) -> None:
    said = " ".join(caption.value for caption in opened(hmda_home, "overview", language).sidebar.caption)
    missing = [DIMENSIONS[name].words(language) for name in ("channel", "app_version")]
    assert words.NOT_CARRIED(language, names=words.LISTED(language).join(missing)) in said
    boxes = " ".join(messages(opened(hmda_home, "time", language)))
    assert [DIMENSIONS[name].words(language) in boxes for name in ("weekday", "hour", "day")] == [True] * 3


@pytest.mark.parametrize("language", Language)
def test_an_empty_result_explains_itself_and_offers_to_clear_the_filters(
    synthetic_home: Path, language: Language
) -> None:
    """No region of the north is Guangdong, so nothing is left."""
    screen = open_view(synthetic_home, "causes", language, macro_region=["CN-north"], region=["CN-GD"])
    assert set(messages(screen)) == {cards.NOTHING_HERE(language)}
    offers = [button for button in screen.button if button.label == words.CLEAR(language)]
    assert len(offers) == len(messages(screen)) + 1, "one in each card, one beside the chips"
    offers[-1].click()
    assert messages(rerun(screen, synthetic_home)) == []
    assert charts(screen)


@pytest.mark.parametrize("language", Language)
def test_a_home_without_data_shows_the_command(tmp_path: Path, language: Language) -> None:
    screen = open_view(tmp_path / "my home", "overview", language)
    assert screen.title[0].value == words.NO_DATA(language)
    assert screen.code[0].value == f"python -m etl demo --home '{tmp_path / 'my home'}'"
    assert language is Language.EN or not [text for text in texts(screen) if english(text)]


@pytest.mark.parametrize(
    ("damage", "language"),
    [(Path.unlink, Language.EN), (lambda path: path.write_bytes(b"no snapshot"), Language.ZH)],
    ids=["gone", "torn"],
)
def test_a_damaged_snapshot_says_which_command_mends_it(
    synthetic_home: Path, tmp_path: Path, damage: Callable[[Path], Any], language: Language
) -> None:
    home = Home(tmp_path / "copy")
    shutil.copytree(synthetic_home, home.root)
    damage(home.snapshot_path(str(home.current_id())))
    screen = open_view(home.root, "overview", language)
    assert screen.title[0].value == words.DAMAGED(language)
    assert len(screen.error) == 1
    command = screen.code[0].value
    assert command == f"python -m etl build --home {home.root}"
    subprocess.run([sys.executable, *command.split()[1:]], cwd=ROOT, check=True, capture_output=True)
    assert len(rerun(screen, home.root).metric) == 4


@pytest.mark.parametrize("language", Language)
def test_invented_data_says_so_and_real_data_does_not(
    opened: Opened, synthetic_home: Path, hmda_home: Path, language: Language
) -> None:
    for home, is_invented in ((synthetic_home, True), (hmda_home, False)):
        for view in VIEWS:
            said = [words.SYNTHETIC(language) in text.value for text in opened(home, view, language).markdown]
            assert any(said) is is_invented


# ------------------------------------------------------------------------------------------- the numbers


@pytest.mark.parametrize("language", Language)
def test_the_leading_numbers_are_those_of_the_raw_log(opened: Opened, synthetic_home: Path, language: Language) -> None:
    log = raw_log(synthetic_home)
    last = log["day"].max()
    now, before = (between(log, last - timedelta(ago + 27), last - timedelta(ago)) for ago in (0, 28))
    rate, refusals, attempts, amount = opened(synthetic_home, "overview", language).metric
    assert (refusals.value, bare(refusals.delta)) == (
        f"{len(refused(now)):,}",
        signed(len(refused(now)) - len(refused(before))),
    )
    assert (attempts.value, bare(attempts.delta)) == (f"{len(now):,}", signed(len(now) - len(before)))
    assert rate.value == f"{refusal_rate(now):.1%}"
    assert rate.delta.startswith(signed(round(100 * (refusal_rate(now) - refusal_rate(before)), 1)))
    assert amount.value == formats.money(refused(now)["amount_requested"].sum(), "CNY", language)


def bare(delta: str) -> str:
    return delta.split(" · ")[0]


def signed(rise: float) -> str:
    return f"{rise:+,}".replace("-", "−")


def test_the_leading_numbers_follow_the_filters(synthetic_home: Path) -> None:
    log = between(raw_log(synthetic_home), date(2026, 9, 7), date(2026, 9, 20))
    kept = log[(log["region"] == "CN-GD") & (log["channel"] != "app")]
    query = {"since": ["2026-09-07"], "until": ["2026-09-20"], "region": ["CN-GD"], "except_channel": ["app"]}
    shown = kpis(open_view(synthetic_home, **query))
    assert (shown["Refusals"], shown["Attempts"]) == (f"{len(refused(kept)):,}", f"{len(kept):,}")
    caused = kept[kept["cause"] == "debt"]
    shown = kpis(open_view(synthetic_home, **query, cause=["debt"]))
    assert (shown["Refusals"], shown["Attempts"]) == (f"{len(refused(caused)):,}", f"{len(kept):,}")
    assert shown["Refusal rate"] == f"{len(refused(caused)) / len(decided(kept)):.1%}"


def test_the_leading_numbers_of_the_real_log_are_the_known_answers(
    opened: Opened, hmda_home: Path, hmda_answers: dict[str, Any]
) -> None:
    assert kpis(opened(hmda_home, "overview", Language.EN))["Refusals"] == f"{hmda_answers['refusals_all']:,}"
    shown = kpis(open_view(hmda_home, stage=["application"]))
    answers = hmda_answers["refusals_application_only"], hmda_answers["rate_denied_over_decided_pct"]
    assert (shown["Refusals"], shown["Refusal rate"]) == (f"{answers[0]:,}", f"{answers[1]:.1f}%")
