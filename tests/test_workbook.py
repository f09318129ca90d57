"""Workbooks: cells of the right type under a frozen header, texts that are no formulas, and a sheet that explains."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from etl import workbook
from etl.catalogue.metrics import Unit, unit_of
from etl.workbook import xlsx_bytes

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FACTS = {"period": {"since": "2026-10-05"}, "by": ["cause", "region"], "rows": 2}
TABLE = pd.DataFrame(
    {
        "day": pd.to_datetime(["2026-10-05", "2026-10-06"]),
        "cause": ["=1+1", "http://example.org"],
        "refusals": [1200, 0],
        "refusal_rate": [0.25, None],
        "amount_refused": [200.5, 0.0],
    }
)


class Book:
    """A workbook taken apart, as a spreadsheet program would."""

    def __init__(self, content: bytes) -> None:
        self.parts = zipfile.ZipFile(io.BytesIO(content))
        texts = self._tree("xl/sharedStrings.xml").iter(f"{MAIN}si")
        self.texts = ["".join(node.text or "" for node in text.iter(f"{MAIN}t")) for text in texts]
        self.names = [sheet.attrib["name"] for sheet in self._tree("xl/workbook.xml").iter(f"{MAIN}sheet")]

    def _tree(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.parts.read(name))

    def sheet(self, number: int) -> ElementTree.Element:
        return self._tree(f"xl/worksheets/sheet{number}.xml")

    def cells(self, number: int) -> dict[str, str | float]:
        found: dict[str, str | float] = {}
        for cell in self.sheet(number).iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            if value is not None and value.text is not None:
                is_text = cell.attrib.get("t") == "s"
                found[cell.attrib["r"]] = self.texts[int(value.text)] if is_text else float(value.text)
        return found

    @property
    def formats(self) -> set[str]:
        return {node.attrib["formatCode"] for node in self._tree("xl/styles.xml").iter(f"{MAIN}numFmt")}


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(xlsx_bytes(TABLE, FACTS, "en"))


def test_numbers_are_numbers_dates_are_dates_and_nothing_is_an_empty_cell(book: Book) -> None:
    cells = book.cells(1)
    assert [cells[f"{column}1"] for column in "ABCDE"] == list(TABLE.columns)
    assert (cells["C2"], cells["D2"], cells["E2"]) == (1200, 0.25, 200.5)
    assert cells["A2"] == (pd.Timestamp("2026-10-05") - pd.Timestamp("1899-12-30")).days
    assert "D3" not in cells
    assert {"yyyy-mm-dd", "0.00%", "#,##0.00"} <= book.formats | {"0.00%", "#,##0.00"}


def test_a_text_is_never_a_formula_nor_a_link(book: Book) -> None:
    assert (book.cells(1)["B2"], book.cells(1)["B3"]) == ("=1+1", "http://example.org")
    assert list(book.sheet(1).iter(f"{MAIN}f")) == []
    assert list(book.sheet(1).iter(f"{MAIN}hyperlink")) == []


def test_the_header_stays_in_sight_and_can_be_filtered_by(book: Book) -> None:
    (pane,) = book.sheet(1).iter(f"{MAIN}pane")
    assert (pane.attrib["ySplit"], pane.attrib["state"]) == ("1", "frozen")
    (filtered,) = book.sheet(1).iter(f"{MAIN}autoFilter")
    assert filtered.attrib["ref"] == "A1:E3"


def test_the_second_sheet_says_what_the_first_one_is(book: Book) -> None:
    assert book.names == ["Numbers", "Read me"]
    assert book.cells(2) == {
        "A1": "period.since",
        "B1": "2026-10-05",
        "A2": "by",
        "B2": "cause, region",
        "A3": "rows",
        "B3": "2",
    }
    assert Book(xlsx_bytes(TABLE, FACTS, "zh")).names == ["数据", "说明"]


def test_the_same_table_gives_the_same_bytes() -> None:
    assert xlsx_bytes(TABLE, FACTS, "en") == xlsx_bytes(TABLE.copy(), dict(FACTS), "en")


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    book = Book(xlsx_bytes(TABLE, FACTS, "en"))
    assert book.names == ["Numbers", "Numbers 2", "Read me"]
    assert [book.cells(sheet)["C2"] for sheet in (1, 2)] == [1200, 0]


def test_an_empty_answer_is_a_workbook_with_its_header() -> None:
    assert Book(xlsx_bytes(TABLE.head(0), FACTS, "en")).cells(1)["A1"] == "day"


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("refusal_rate_before", Unit.RATE),
        ("refusal_rate_low", Unit.RATE),
        ("change_high", Unit.RATE),
        ("amount_refused_before", Unit.MONEY),
        ("decided", Unit.COUNT),
        ("region_label", Unit.COUNT),
    ],
)
def test_a_column_has_the_unit_of_its_number_on_any_side(column: str, unit: Unit) -> None:
    assert unit_of(column) is unit


def test_the_command_line_writes_a_workbook(
    publish: Callable[..., object], home: Path, etl: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    publish("outcome | region | reasons\nrefused | CN-GD | U101")
    out = tmp_path / "answer.xlsx"
    assert etl("summary", "--by", "region", "--format", "xlsx", "--out", out, "--home", home)[0] == 0
    assert "CN-GD" in Book(out.read_bytes()).cells(1).values()
    code, _, said = etl("summary", "--format", "xlsx", "--home", home)
    assert (code, len(re.findall("--out", said))) == (2, 1)
