"""Reads the catalogue's TOML and CSV strictly: whatever is wrong is one line that names file and key."""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from etl.catalogue.lines import Keys, line_numbers, nearest_line
from etl.catalogue.things import Advice
from etl.errors import InvalidValue, UnknownName
from etl.words import Language, Words

LANGUAGES = tuple(language.value for language in Language)


class Table:
    """One table of a TOML file, or one row of a CSV file, with its place for the message."""

    def __init__(self, place: str, content: Any, lines: Mapping[Keys, int] | None = None, keys: Keys = ()) -> None:
        self.place = place
        self.lines = lines or {}
        self.keys = keys
        if not isinstance(content, dict):
            self.complain("must be a table")
        self.content: Mapping[str, Any] = content

    def complain(self, what: str, at: str = "") -> NoReturn:
        """`at` is the key that is wrong, where it is known which one."""
        raise InvalidValue(f"{self.place_of(at)}: {what}")

    def place_of(self, key: str = "") -> str:
        """The table's place, with the line of the key where lines are known."""
        line = nearest_line(self.lines, (*self.keys, key) if key else self.keys)
        file, colon, rest = self.place.partition(": ")
        return self.place if line is None else f"{file} line {line}{colon}{rest}"

    def allow(self, *keys: str) -> None:
        for key in self.content:
            if key not in keys:
                self.complain(str(UnknownName("key", key, keys)), key)

    def text(self, key: str) -> str:
        value = self.content.get(key)
        if not isinstance(value, str) or not value.strip():
            self.complain(f"{key} must be a text", key)
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self.content else None

    def character(self, key: str, otherwise: str) -> str:
        value = self.content.get(key, otherwise)
        if not isinstance(value, str) or len(value) != 1 or value in '"\r\n\0':
            self.complain(f"{key} must be one character, not {value!r}", key)
        return value

    def known(self, key: str, names: Iterable[str]) -> str:
        value = self.text(key)
        if value not in names:
            self.complain(str(UnknownName(key, value, names)), key)
        return value

    def flag(self, key: str, otherwise: bool | None = None) -> bool:
        value = self.content.get(key, otherwise)
        if not isinstance(value, bool):
            self.complain(f"{key} must be true or false", key)
        return value

    def whole(self, key: str) -> int | None:
        value = self.text(key) if self.content.get(key) else None
        if value is not None and not value.isdecimal():
            self.complain(f"{key} must be a whole number, not {value!r}", key)
        return None if value is None else int(value)

    def factor(self, key: str, otherwise: Decimal) -> Decimal:
        """A number above zero, exactly as it was written."""
        value = self.content.get(key, otherwise)
        number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal(0)
        if not (number.is_finite() and number > 0):
            self.complain(f"{key} must be a number above 0, not {value}", key)
        return number

    def moment(self, key: str) -> date | datetime:
        """A local date or time; one with an offset is refused, since nobody says which clock the reader's is."""
        value = self.content.get(key)
        if not isinstance(value, date):
            self.complain(
                f"{key} must be a date or a local time, such as 2026-11-11 or 2026-11-11T20:00:00, unquoted", key
            )
        if isinstance(value, datetime) and value.tzinfo is not None:
            self.complain(f"{key} must be a local time; {value.isoformat()} has an offset", key)
        return value

    def optional_day(self, key: str) -> date | None:
        value = self.content.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            self.complain(f"{key} must be a date such as 2026-01-31, unquoted")
        return value

    def texts(self, key: str) -> list[str]:
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            self.complain(f"{key} must be a list of texts", key)
        return value

    def spellings(self, key: str) -> dict[str, str]:
        """Each spelling with the text it stands for, which may be empty."""
        table = self.table(key)
        for spelling, meaning in table.content.items():
            if not isinstance(meaning, str):
                table.complain(f"{spelling!r} must be a text", spelling)
            if spelling != spelling.strip() or not spelling:
                table.complain(
                    f"{spelling!r} is blank or has spaces around it; values are compared without them", spelling
                )
        if not table.content:
            table.complain("must name at least one value")
        return dict(table.content)

    def words(self, prefix: str = "") -> Words:
        return Words(**{language: self.text(prefix + language) for language in LANGUAGES})

    def words_at(self, key: str) -> Words:
        table = self.table(key)
        table.allow(*LANGUAGES)
        return table.words()

    def named_words(self, key: str) -> dict[str, Words]:
        table = self.table(key)
        return {name: table.words_at(name) for name in table.content}

    def table(self, key: str) -> "Table":
        if key not in self.content:
            self.complain(f"{key} is missing")
        return Table(self._below(key), self.content[key], self.lines, (*self.keys, key))

    def tables(self, key: str) -> Iterator[tuple[str, "Table"]]:
        """The sub-tables of `key`, each with its name."""
        table = self.table(key)
        for name in table.content:
            yield name, table.table(name)

    def entries(self, key: str) -> list["Table"]:
        """The tables that each stand under `[[key]]`, with their position; none where the key is missing."""
        listed = self.content.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
            self.complain(f"{key} must be tables of their own, each under [[{key}]]", key)
        return [Table(self._below(f"{key}[{number}]"), entry) for number, entry in enumerate(listed, start=1)]

    def advice(self, otherwise: Advice | None = None) -> Advice:
        """The advice written here; an audience that is not addressed gets `otherwise`."""
        audiences = tuple(Advice.__dataclass_fields__)
        table = Table(self._below("advice"), self.content.get("advice", {}), self.lines, (*self.keys, "advice"))
        table.allow(*audiences)
        return Advice(
            **{
                audience: getattr(otherwise, audience)
                if otherwise and audience not in table.content
                else table.words_at(audience)
                for audience in audiences
            }
        )

    def _below(self, key: str) -> str:
        return f"{self.place}.{key}" if ": " in self.place else f"{self.place}: {key}"


def read_toml(path: Path, with_lines: bool = False) -> Table:
    """The whole file; `with_lines` makes its complaints name the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as problem:
        raise InvalidValue(f"{path}: {undecodable(problem)}; save it as UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise InvalidValue(f"{path.name}: {problem}") from problem
    except OSError as problem:
        raise InvalidValue(f"{path}: cannot be read ({problem.strerror})") from problem
    return Table(path.name, content, line_numbers(text) if with_lines else None)


def undecodable(problem: UnicodeDecodeError) -> str:
    """Which byte it is, and where."""
    line = problem.object.count(b"\n", 0, problem.start) + 1
    return f"line {line} is not UTF-8 text (byte 0x{problem.object[problem.start]:02x})"


def read_csv(path: Path, columns: tuple[str, ...]) -> Iterator[Table]:
    """The rows of a small CSV whose header must be exactly `columns`."""
    with _opened(path) as file:
        reader = csv.reader(file)
        header = tuple(next(reader, ()))
        if header != columns:
            raise InvalidValue(f"{path.name}: the header must be {','.join(columns)}")
        for row in reader:
            place = f"{path.name}: line {reader.line_num}"
            if len(row) != len(columns):
                raise InvalidValue(f"{place}: {len(row)} fields instead of {len(columns)}")
            yield Table(place, dict(zip(columns, row, strict=True)))


def _opened(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as problem:
        raise InvalidValue(f"{path}: cannot be read ({problem.strerror})") from problem
