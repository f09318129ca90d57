"""Where another code list or version begins: found in the log day by day, told by the catalogue, drawn in charts."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from test_charts import EN, WEEK, ZH

from dashboard import occasions, trends
from dashboard.marks import Marks
from dashboard.trends import Shape
from etl.catalogue.own import catalogue_of
from etl.editions import edition_rows
from etl.home import Home
from etl.snapshot import Snapshot

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
CHANGES = """
at         | scheme | scheme_version | times
2026-10-05 | acme   | 1              | 3
2026-10-06 | acme   | 1              | 2
2026-10-07 | acme   | 2              | 4
2026-10-07 | acme   | 1              | 1
2026-10-08 | hmda   |                | 2
2026-10-09 |        |                | 5
2026-10-09 | acme   |                | 1
"""


def _found(snapshot: Snapshot) -> list[tuple[object, ...]]:
    rows = snapshot.scheme_versions().drop(columns=["en", "zh"])
    return [(*row[:2], f"{row[2]:%d}", *row[3:]) for row in rows.itertuples(index=False, name=None)]


EXPECTED = [
    ("acme", "1", "05", 6, False),
    ("acme", "2", "07", 4, True),
    ("hmda", "", "08", 2, True),
    ("acme", "", "09", 1, False),
]


def test_a_version_begins_on_its_first_day_and_breaks_what_was_before(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish(CHANGES)

    assert _found(snapshot) == EXPECTED
    assert snapshot.scheme_versions()["en"].tolist()[1:3] == ["code list acme 2", "code list hmda"]
    assert snapshot.scheme_versions()["zh"].tolist()[1:3] == ["代码表 acme 2", "代码表 hmda"]


def test_versions_loaded_day_after_day_are_those_loaded_at_once(publish: Callable[..., Snapshot]) -> None:
    names, *lines = CHANGES.strip().splitlines()
    for line in (*lines[3:], *lines[:3]):
        snapshot = publish(f"{names}\n{line}")

    assert _found(snapshot) == EXPECTED


def test_a_log_that_names_no_code_list_has_no_version(publish: Callable[..., Snapshot]) -> None:
    assert publish("at | times\n2026-10-05 | 3").scheme_versions().empty


@pytest.mark.parametrize(
    ("valid_from", "breaks"),
    [("2026-10-10", ["2026-10-10"]), ("2026-10-01", []), ("2026-11-01", []), ("2026-10-31", ["2026-10-31"])],
)
def test_the_catalogue_tells_since_when_where_the_log_does_not(
    tmp_path: Path, valid_from: str, breaks: list[str]
) -> None:
    home = Home(tmp_path)
    home.schemes.mkdir()
    text = f'version = "3"\nvalid_from = {valid_from}\n[reasons.A]\ncause = "debt"\nen = "A"\nzh = "甲"\n'
    (home.schemes / "acme.toml").write_text(text, encoding="utf-8")
    catalogue = catalogue_of(home)

    unnamed = edition_rows(catalogue, [("acme", "", FIRST, 9)], FIRST, LAST)
    named = edition_rows(catalogue, [("acme", "", FIRST, 9), ("acme", "3", date(2026, 10, 12), 9)], FIRST, LAST)

    assert [str(row[2]) for row in unnamed if row[4]] == breaks
    assert [str(row[2]) for row in named if row[4]] == ["2026-10-12"]
    assert edition_rows(catalogue, [("hmda", "", FIRST, 9)], FIRST, LAST) == [
        ("hmda", "", FIRST, 9, False, "code list hmda", "代码表 hmda")
    ]


# ------------------------------------------------------------------------------------------- drawn


def _marked(day: str) -> pd.DataFrame:
    at = pd.to_datetime([day])
    names = {"region": [None], "en": ["code list acme 2"], "zh": ["代码表 acme 2"], "is_break": [True]}
    return pd.DataFrame({"start_at": at, "last_at": at, **names})


@pytest.mark.parametrize("shape", list(Shape))
def test_a_break_is_a_dashed_line_with_a_number_and_a_name_in_both_languages(shape: Shape) -> None:
    for marks, text in ((EN, "**1** code list acme 2 (7 Oct 2026)"), (ZH, "**1** 代码表 acme 2 (2026年10月7日)")):
        found = occasions.occasions(_marked("2026-10-07"), marks)
        figure = occasions.draw_on(trends.trend(WEEK, marks, None, "refusals", shape), found, marks).figure()
        (line,) = figure.layout.shapes

        assert (line.type, line.line.dash, line.x0, line.x1) == (
            "line",
            "dash",
            *[datetime.fromisoformat("2026-10-07")] * 2,
        )
        assert occasions.legend(found, marks).replace("（", " (").replace("）", ")") == text


@pytest.mark.parametrize(("day", "place"), [("2018-01-01", 1.5), ("2016-01-01", -0.5), ("2017-07-02", 1.0)])
def test_among_years_a_break_lies_where_its_day_is(day: str, place: float) -> None:
    years = pd.DataFrame({"year": pd.to_datetime(["2016-01-01", "2017-01-01", "2018-01-01"]), "refusals": [3, 4, 5]})
    marks = Marks(time_grain="year")
    found = occasions.occasions(_marked(day), marks, "year")
    drawn = trends.trend(years, marks, None, "refusals", Shape.LINES)
    figure = occasions.draw_on_years(drawn, found, marks, [2016, 2017, 2018]).figure()

    assert figure.layout.shapes[0].x0 == pytest.approx(place, abs=0.01)
    assert figure.layout.annotations[-1].text == "1"
    assert occasions.legend(found, marks) == f"**1** code list acme 2 ({day[:4]})"


def test_among_years_events_of_days_are_not_drawn_nor_breaks_of_other_years() -> None:
    events = _marked("2016-05-01").assign(is_break=False)
    years = pd.DataFrame({"year": pd.to_datetime(["2016-01-01"]), "refusals": [3]})
    drawn = trends.trend(years, EN, None, "refusals", Shape.LINES)

    assert occasions.occasions(events, EN, "year") == []
    assert occasions.draw_on_years(drawn, occasions.occasions(_marked("2017-05-01"), EN, "year"), EN, [2016]) is drawn
    assert not drawn.layout["shapes"]
