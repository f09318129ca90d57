"""Frames as workbooks: typed cells below a frozen header, and a sheet that says what they are."""

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import pandas as pd
import xlsxwriter

from etl.catalogue.metrics import Unit, unit_of
from etl.words import Language, Words

NUMBERS, READ_ME = Words(en="Numbers", zh="数据"), Words(en="Read me", zh="说明")
MOST_ROWS = 1_000_000
"""Of a sheet, which ends at 1,048,576; what is beyond goes on in the next one."""
WIDEST, NARROWEST = 40, 9
"""Letters."""
ALWAYS_MADE = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""So that the same content gives the same bytes."""
FORMATS = {Unit.RATE: "0.00%", Unit.MONEY: "#,##0.00", Unit.COUNT: "#,##0.###"}
Cell: TypeAlias = str | float | datetime | None
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def xlsx_bytes(table: pd.DataFrame, facts: Mapping[str, Any], language: Language | str) -> bytes:
    """The table with its machine headers, then the facts about it, one to a line.

    Rates are shown as percent and dates as dates; a missing value is an empty cell, and a text never a formula.
    """
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, OPTIONS) as book:
        book.set_properties({"title": "Refusal Lens", "created": ALWAYS_MADE})
        for number, rows in enumerate(_sheets(table)):
            _write_table(book, rows, f"{NUMBERS(language)} {number + 1}" if number else NUMBERS(language))
        _write_facts(book, facts, READ_ME(language))
    return written.getvalue()


def _sheets(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for first in range(0, max(len(table), 1), MOST_ROWS):
        yield table.iloc[first : first + MOST_ROWS]


def _write_table(book: xlsxwriter.Workbook, table: pd.DataFrame, name: str) -> None:
    sheet, head = book.add_worksheet(name), book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(table.columns):
        cells = [_cell(value) for value in table[column]]
        style = book.add_format({"num_format": _format(table, column)})
        sheet.set_column(place, place, _width(str(column), cells), style)
        sheet.write_string(0, place, str(column), head)
        for row, value in enumerate(cells, start=1):
            _write(sheet, row, place, value)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))


def _write(sheet: Any, row: int, place: int, value: Cell) -> None:
    if isinstance(value, str):
        sheet.write_string(row, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, place, value)
    elif value is not None:
        sheet.write_number(row, place, value)


def _cell(value: Any) -> Cell:
    """As Python has it; numpy's numbers too."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, int | float) else str(plain)


def _format(table: pd.DataFrame, column: Any) -> str:
    if pd.api.types.is_datetime64_any_dtype(table[column]):
        return "yyyy-mm-dd"
    return FORMATS[unit_of(str(column))] if pd.api.types.is_float_dtype(table[column]) else "General"


def _width(name: str, cells: list[Any]) -> int:
    longest = max((len(value) for value in cells if isinstance(value, str)), default=0)
    return min(max(len(name) + 2, longest + 1, NARROWEST), WIDEST)


def _write_facts(book: xlsxwriter.Workbook, facts: Mapping[str, Any], name: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, WIDEST, book.add_format({"bold": True}))
    sheet.set_column(1, 1, 2 * WIDEST, book.add_format({"text_wrap": True}))
    for row, (fact, value) in enumerate(_lines(facts)):
        sheet.write_string(row, 0, fact)
        sheet.write_string(row, 1, value)


def _lines(facts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """What is nested as `filters.region.only`."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _lines(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
