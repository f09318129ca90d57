"""What the first rows of a file hold, column by column: the evidence for a draft. Nothing is guessed here."""

import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, FunctionExpression

from etl.duck import workbench
from etl.errors import UnreadableInput
from etl.profile import Profile
from etl.rule_expressions import TECHNICAL, given
from etl.sources import find_sources, land

LOOKED_AT = 100_000
DELIMITERS = (",", ";", "\t", "|", "，")
UNITS = re.compile(
    r"(?P<thousands>\b0{3}s?\b|\bthousands?\b|千元?)|(?P<万>万元?|\bwan\b)|(?P<亿>亿元?)|(?P<cents>\bcents?\b|\bfen\b|(?<=[额(])分)"
)
"""What a name says of the unit of its amounts."""


@dataclass(frozen=True)
class Column:
    """One column of a file. `values`: every text that is there, without spaces around it, with its number of rows."""

    name: str
    values: Mapping[str, int]
    rows: int

    @cached_property
    def filled(self) -> int:
        return sum(self.values.values())

    @property
    def is_unique(self) -> bool:
        return self.filled == self.rows == len(self.values)

    def share(self, is_meant: Callable[[str], bool]) -> float:
        """Of the rows that have a value, how many have one that is meant."""
        return sum(rows for value, rows in self.values.items() if is_meant(value)) / max(self.filled, 1)

    def common(self, most: int) -> list[str]:
        return sorted(self.values, key=lambda value: (-self.values[value], value))[:most]

    @cached_property
    def words(self) -> str:
        """The name as names are compared: in lower case, words parted by single spaces, brackets and units left out."""
        return worded(UNITS.sub(" ", _plain(re.sub(r"[(（].*?[)）]", " ", self.name)))) or _plain(self.name)

    @cached_property
    def unit(self) -> str | None:
        found = UNITS.search(_plain(self.name))
        return found.lastgroup if found else None


@dataclass(frozen=True)
class File:
    """The first rows of a file, of which `rows` were looked at; the texts in `nothing` are null in all columns."""

    name: str
    delimiter: str
    rows: int
    columns: tuple[Column, ...]
    nothing: tuple[str, ...]
    relation: duckdb.DuckDBPyRelation

    def filled_by(self, column: Column, other: Column) -> dict[str, int]:
        """By each value of `other`, the rows in which `column` has a value."""
        held = self.relation.filter(given(ColumnExpression(column.name), self.nothing).isnotnull())
        return dict(_counted(held, other.name))


@contextmanager
def seen(path: Path, nothing: tuple[str, ...] = ()) -> Iterator[File]:
    """The file as the loader reads it, without the texts in `nothing`; `UnreadableInput` also where it is empty."""
    with tempfile.TemporaryDirectory(prefix="refusal-lens-") as folder:
        for delimiter in DELIMITERS:
            with workbench(Path(folder)) as connection:
                land(connection, find_sources([path])[:1], Profile(path.stem, {}, delimiter))
                relation = connection.table("source").limit(LOOKED_AT)
                names = [name for name in relation.columns if name not in TECHNICAL]
                if len(names) == 1 and _parting(names[0]) not in (None, delimiter):
                    continue
                yield _file(path, delimiter, relation, nothing)
                return


def _parting(header: str) -> str | None:
    """The delimiter that a header which was read as one name holds most of."""
    found = max(DELIMITERS, key=header.count)
    return found if found in header else None


def _file(path: Path, delimiter: str, relation: duckdb.DuckDBPyRelation, nothing: tuple[str, ...]) -> File:
    names = [name for name in relation.columns if name not in TECHNICAL]
    kept = relation.select(*(ColumnExpression(name).cast("varchar").alias(name) for name in names)).materialize()
    rows = len(kept)
    if not rows:
        raise UnreadableInput(f"{path.name} has no rows to draft a profile from")
    values = {name: dict(_counted(kept, name)) for name in names}
    found = tuple(text for text in nothing if any(text in counted for counted in values.values()))
    columns = (Column(name, _without(counted, found), rows) for name, counted in values.items())
    return File(path.name, delimiter, rows, tuple(columns), found, kept)


def _without(counted: dict[str, int], nothing: tuple[str, ...]) -> dict[str, int]:
    return {value: rows for value, rows in counted.items() if value not in nothing}


def _counted(relation: duckdb.DuckDBPyRelation, name: str) -> Iterator[tuple[str, int]]:
    value = given(ColumnExpression(name)).alias("value")
    counted = relation.aggregate([value, FunctionExpression("count_star").alias("rows")])
    return ((value, rows) for value, rows in counted.fetchall() if value is not None)


def _plain(text: str) -> str:
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", unicodedata.normalize("NFKC", text))
    return parted.casefold().strip()


def worded(text: str) -> str:
    """Texts that differ only in case, width and what stands between their words become one."""
    return " ".join(re.findall(r"[^\W_]+", _plain(text)))
