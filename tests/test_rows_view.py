"""The view of the rows: the page of the number, what it counts as, and what is said where there is nothing to read."""

import re
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_app import english, messages, open_view, rerun, texts

from dashboard.shell import VIEWS
from dashboard.views import rows as view
from etl.home import Home
from etl.query import Attribution, Question, Selection, ask
from etl.rows import Rows
from etl.snapshot import open_snapshot
from etl.words import Language

NARROWED = {"cause": ["debt"], "attribution": ["fractional"]}


@pytest.fixture
def copied(synthetic_home: Path, tmp_path: Path) -> Home:
    shutil.copytree(synthetic_home, tmp_path / "home")
    return Home(tmp_path / "home")


def position(screen: AppTest) -> str:
    [said] = [text.value for text in screen.markdown if re.match(r"\*\*(第 )?[\d,]+–", text.value)]
    return said


def test_it_opens_with_the_refusals_of_the_screen(synthetic_home: Path) -> None:
    screen = open_view(synthetic_home, "rows")
    refusals = open_view(synthetic_home).metric[1].value

    assert position(screen) == f"**1–100** of {refusals} · Refusals"
    assert len(screen.dataframe[0].value) == 100


def test_the_rows_of_another_number_are_in_the_address(synthetic_home: Path) -> None:
    attempts = open_view(synthetic_home).metric[2].value

    assert position(open_view(synthetic_home, "rows", rows=["attempts"])) == f"**1–100** of {attempts} · Attempts"


def test_what_the_rows_count_as_together_is_the_number_of_the_cards(synthetic_home: Path) -> None:
    snapshot = open_snapshot(synthetic_home)
    screen = open_view(synthetic_home, "rows", period=["all"], **NARROWED)
    asked = Question(("refusals",), where={"cause": Selection(("debt",))}, attribution=Attribution.FRACTIONAL)
    number = ask(snapshot, asked)["refusals"].iloc[0]

    assert position(screen).endswith(f"· counting as {number:,.1f} together")
    assert "Counts as" in screen.dataframe[0].value


def test_the_pages_go_on_where_the_one_before_ended(synthetic_home: Path) -> None:
    screen = open_view(synthetic_home, "rows")
    first = screen.dataframe[0].value
    [size] = [box for box in screen.selectbox if box.label == "Rows a page"]

    size.set_value(50)
    half = rerun(screen, synthetic_home).dataframe[0].value

    assert half["Attempt, masked"].tolist() == first["Attempt, masked"].head(50).tolist()


def test_dates_and_amounts_say_their_zone_and_their_unit(synthetic_home: Path, hmda_home: Path) -> None:
    ours, real = (list(open_view(home, "rows").dataframe[0].value) for home in (synthetic_home, hmda_home))

    assert {"Attempted at (Asia/Shanghai)", "Amount requested (CNY)"} < set(ours)
    assert {"Attempted at (the log's own label)", "Amount requested (USD)"} < set(real)
    assert {"Credit score", "Applicant, masked", "Channel"} & set(real) == set()


@pytest.mark.parametrize("language", Language)
def test_a_snapshot_that_was_copied_alone_says_so_and_the_other_views_work(copied: Home, language: Language) -> None:
    shutil.rmtree(copied.store)

    assert messages(open_view(copied.root, "rows", language)) == [view.NO_STORE(language)]
    assert len(open_view(copied.root, "overview", language).metric) == 4


@pytest.mark.parametrize("language", Language)
def test_a_part_that_is_missing_is_said_in_the_card(copied: Home, language: Language) -> None:
    part = copied.root / Rows(open_snapshot(copied.root), Question(("rows",))).parts[-1].path
    part.unlink()

    [said] = messages(open_view(copied.root, "rows", language))

    assert said.startswith(view.NO_PART(language, problem="|").partition("|")[0])
    assert part.name in said if language is Language.EN else not english(said)


def test_nothing_found_explains_itself_and_offers_to_clear_the_filters(synthetic_home: Path) -> None:
    screen = open_view(synthetic_home, "rows", macro_region=["CN-north"], region=["CN-GD"])

    [clear] = [button for button in screen.button if button.key == "clear_rows"]
    clear.click()
    assert position(rerun(screen, synthetic_home)).startswith("**1–100**")


def test_the_limits_are_said_beside_the_file(synthetic_home: Path) -> None:
    [limits] = [text.value for text in open_view(synthetic_home, "rows").caption if "spreadsheet" in text.value]

    assert re.search(r"holds all [\d,]+ rows, about [\d.,]+ (kB|MB)", limits)
    assert "A spreadsheet holds 1,048,576 rows." in limits


def test_a_file_that_no_spreadsheet_holds_says_so(synthetic_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "MOST_IN_A_SHEET", 100)

    found = " ".join(text.value for text in open_view(synthetic_home, "rows").caption)

    assert view.TOO_MANY(Language.EN) in found


@pytest.mark.parametrize("name", [name for name in VIEWS if name not in ("rows", "data")])
def test_every_card_leads_to_the_rows_behind_it(synthetic_home: Path, name: str) -> None:
    screen = open_view(synthetic_home, name, cause=["debt"])
    links = [link.proto for link in screen.get("page_link")][len(VIEWS) :]

    cards = len({button.proto.id.rpartition("-")[2] for button in screen.get("download_button")})
    assert links
    assert cards >= len(links) > 1
    assert all("cause=debt" in link.query_string for link in links)


def test_the_link_of_a_card_asks_for_the_rows_of_its_own_number(synthetic_home: Path) -> None:
    links = [link.proto.query_string for link in open_view(synthetic_home, "time").get("page_link")][len(VIEWS) :]

    assert "rows=attempts" in " ".join(links)


def test_no_id_is_on_the_screen(synthetic_home: Path) -> None:
    rows = open_view(synthetic_home, "rows")
    cells = {str(cell) for cell in rows.dataframe[0].value.to_numpy().ravel()}

    assert not any(re.fullmatch(r"u[0-9a-f]{10}|\d{8}-\d{7}", text) for text in (*cells, *texts(rows)))
