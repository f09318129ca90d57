"""How a table of text is laid out: where its columns are named, what parts them, what they are called."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field

from etl.catalogue.fixes import Fix
from etl.contract import COLUMN_NAMES
from etl.errors import UnreadableInput, shortened
from etl.profile import Profile
from etl.rule_expressions import TECHNICAL

DELIMITERS = (",", ";", "\t", "|", "，")
QUOTE = '"'
LINE_END = re.compile("\r\n|\r|\n")
SEPARATOR_LINE, COMMENT = "sep=", "#"
MOST_COLUMNS = 500
LONGEST_NAME = 1_000
MOST_LINES_BEFORE = 100
LOOKED_AT = 200
"""Data lines that must all end in one delimiter too many to be read without it."""
UNSEEN = "".join(map(chr, (0xFEFF, *range(0x200B, 0x2010), 0x00A0, 0x3000)))

csv.field_size_limit(16_000_000)


@dataclass(frozen=True)
class Dialect:
    """The layout of one file. `lines_before`: how many lines there are up to the last one that names columns."""

    names: tuple[str, ...]
    delimiter: str = ","
    lines_before: int = 1
    fixes: Counter[str] = field(default_factory=Counter)

    @property
    def is_plain(self) -> bool:
        """Whether DuckDB can read such a file as it stands: names in the first line, data below."""
        return self.lines_before == 1 and len(self.delimiter.encode()) == 1 and Fix.TRAILING_DELIMITER not in self.fixes


def read_dialect(start: str, file_name: str, profile: Profile) -> Dialect:
    """The layout by the beginning of a file; `UnreadableInput` where no line names every column once."""
    expected = "\t" if ".tsv" in file_name else profile.delimiter
    lines = LINE_END.split(start)
    number, header, declared = _header_line(lines, file_name)
    known = known_columns(profile)
    delimiter = declared or _delimiter(header, expected, known)
    cells = _cells(header, delimiter, file_name)
    fixes = Counter[str]({Fix.PREAMBLE: number - 1, Fix.DELIMITER: int(delimiter != expected)})
    if not known & set(cells) and _looks_like_data(cells):
        raise UnreadableInput(
            f"{file_name}: the first line names no column that is known ({shortened(sorted(known), 6)});"
            " put the names of the columns above the data"
        )
    below = lines[number : number + LOOKED_AT]
    if cells[-1] and _end_in_delimiter(below, delimiter, len(cells)):
        cells = [*cells, ""]
    if not cells[-1]:
        fixes[Fix.TRAILING_DELIMITER] = 1
    names = _names(cells, known, file_name)
    fixes[Fix.COLUMNS_NAMED] = sum(name != cell for name, cell in zip(names, cells, strict=True)) - (not cells[-1])
    return Dialect(tuple(names), delimiter, number, +fixes)


def known_columns(profile: Profile) -> set[str]:
    """What the columns of a file may be called to be of use."""
    mapped = {column for rule in profile.columns.values() for column in rule.columns}
    return mapped or set(COLUMN_NAMES)


def check_names(names: list[str], place: str) -> None:
    """A file whose columns we could not tell apart, or from our own, is refused: DuckDB's names know no case."""
    times = Counter(name.lower() for name in names)
    alike = list(dict.fromkeys(name for name in names if times[name.lower()] > 1))
    if len(alike) == 1:
        raise UnreadableInput(f"{place}: several columns are called {alike[0]}; rename all but one")
    if alike:
        raise UnreadableInput(f"{place}: the columns {', '.join(alike[:8])} differ only in case; rename all but one")
    for name in names:
        if name.lower() in TECHNICAL:
            raise UnreadableInput(f"{place}: the column {name} has a name that is kept for our own use; rename it")


def _header_line(lines: list[str], file_name: str) -> tuple[int, str, str]:
    """The number and text of the line that names the columns, and the delimiter where a line before says it."""
    declared = ""
    for number, line in enumerate(lines[:MOST_LINES_BEFORE], start=1):
        text = line.strip(UNSEEN + " \r\0")
        if text.lower().startswith(SEPARATOR_LINE) and len(text) == len(SEPARATOR_LINE) + 1:
            declared = text[-1]
        elif text.strip() and not text.startswith(COMMENT):
            return number, line, declared
    raise UnreadableInput(f"{file_name}: none of the first lines names the columns")


def _delimiter(header: str, expected: str, known: set[str]) -> str:
    """The one that gives the most names that are known; among equals the expected one."""
    candidates = dict.fromkeys((expected, *DELIMITERS))
    return max(candidates, key=lambda delimiter: len(known.intersection(_split(header, delimiter))))


def _split(header: str, delimiter: str) -> list[str]:
    try:
        return _cells(header, delimiter, "")
    except UnreadableInput:
        return []


def _cells(header: str, delimiter: str, file_name: str) -> list[str]:
    try:
        reader = csv.reader([header.replace("\0", "")], delimiter=delimiter, strict=True, skipinitialspace=True)
        cells = [cell.strip(UNSEEN + " \t\r") for cell in next(reader, [])]
    except csv.Error as problem:
        raise UnreadableInput(f"{file_name} cannot be read: the line that names the columns: {problem}") from problem
    if len(cells) > MOST_COLUMNS:
        raise UnreadableInput(f"{file_name} has {len(cells):,} columns; a log has at most {MOST_COLUMNS}")
    if not any(cells) or max(map(len, cells)) > LONGEST_NAME:
        raise UnreadableInput(f"{file_name}: the first line must name every column; it reads {header[:60]!r}")
    return cells


def _looks_like_data(cells: list[str]) -> bool:
    return any(cell[:1].isdigit() for cell in cells)


def _end_in_delimiter(lines: list[str], delimiter: str, columns: int) -> bool:
    """Whether every line has one cell more than there are names, and nothing in it."""
    simple = [line for line in lines if line.strip() and QUOTE not in line]
    return bool(simple) and all(line.count(delimiter) == columns and line.endswith(delimiter) for line in simple)


def _names(cells: list[str], known: set[str], file_name: str) -> list[str]:
    """Every column by a name of its own; `UnreadableInput` where a column that is of use is there twice."""
    needed = {name.lower() for name in known}
    taken: set[str] = set()
    names = []
    for number, cell in enumerate(cells, start=1):
        if cell.lower() in taken and cell.lower() in needed:
            check_names(cells, file_name)
        is_free = bool(cell) and cell.lower() not in taken
        names.append(cell if is_free else _spare(cell, number, {*taken, *map(str.lower, cells)}))
        taken.add(names[-1].lower())
    check_names(names, file_name)
    return names


def _spare(cell: str, number: int, taken: set[str]) -> str:
    """A name for a column that has none, or that of another."""
    name = f"{cell} ({number})" if cell else f"column {number}"
    while name.lower() in taken:
        name += "'"
    return name
