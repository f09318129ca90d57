"""The rows that are kept out of the numbers: which, from where, why, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from etl import duck
from etl.catalogue.rules import load_rules
from etl.errors import UnknownName
from etl.home import Home
from etl.manifest import ENTRIES, QUARANTINE
from etl.publish import current_manifest

if TYPE_CHECKING:
    import pandas as pd


class By(StrEnum):
    """What rows kept out can be counted by."""

    RULE = "rule"
    FILE = "file"


def check_rule(rule: str | None) -> None:
    """Raises `UnknownName` where there is no such rule."""
    if rule is not None and rule not in load_rules():
        raise UnknownName("rule", rule, load_rules())


def parts_kept_out(home: Home) -> list[Path]:
    """The store parts of the live snapshot that hold rows kept out."""
    parts = current_manifest(home).parts
    return [home.root / part.path for part in parts if part.kind in (QUARANTINE, ENTRIES)]


@dataclass(frozen=True)
class Balance:
    """How many contents are open, how many are mended (their attempt is in force), how often all of them came."""

    open: int
    mended: int
    rows: int


def balance(parts: Sequence[Path]) -> Balance:
    """What is still to be mended in these parts, and what is mended."""
    with _entries(parts) as connection:
        return Balance(*duck.rows_of(connection, "quarantine", "balance")[0])


def rows_kept_out(
    parts: Sequence[Path], most: int | None = None, rule: str | None = None, *, is_open: bool = False
) -> pd.DataFrame:
    """What these parts keep out, each content once, the open ones first: at most so many, those that broke a rule.

    Columns: source_file, source_row (where it came first), times (how often it came), rules_broken (joined by `|`),
    mended_by (the file that its attempt is in force from; null: open), raw (the whole row as JSON, or the line as it
    stands where it does not split). `is_open` leaves out what is mended.
    """
    with _entries(parts) as connection:
        rows = duck.relation(connection, "quarantine", "rows_kept_out")
        if rule is not None:
            rows = duck.where_listed(rows, "rules_broken", rule)
        if is_open:
            rows = duck.where_missing(rows, "mended_by")
        frame: pd.DataFrame = (rows if most is None else rows.limit(most)).df()
        return frame


def counted_rows_kept_out(parts: Sequence[Path], by: By) -> pd.DataFrame:
    """What is kept out by rule (rule, …, first_file, first_line) or by file (source_file, …, first_line, last_line).

    In between: open and mended contents, and rows, which is how often they came. One that came in several files counts
    with the first of them.
    """
    with _entries(parts) as connection:
        duck.make(connection, "quarantine", "rules_of_rows")
        frame: pd.DataFrame = duck.relation(connection, "quarantine", f"kept_out_by_{by}").df()
        return frame


def lay_entries(
    connection: duck.Connection,
    kept_out: Sequence[Path],
    attempts: Sequence[Path] = (),
    history: Sequence[Path] = (),
    in_order: Callable[[str], str] = str,
) -> None:
    """A table `entries`: each content of the parts `kept_out` once, and which file its attempt is in force from.

    `in_order` is what the names of files are compared by, where those tell which row is newer.
    """
    for name, columns, paths in (
        ("kept_out", KEPT_OUT, kept_out),
        ("attempts", TOLD, attempts),
        ("history", TOLD, history),
    ):
        duck.make_table(connection, f"{name}_shape", columns, [])
        duck.read_parts(connection, name, list(paths), like=f"{name}_shape")
    for model in ("in_force", "retold"):
        duck.make(connection, "quarantine", model)
    names = duck.values(connection, "in_force", "source_file") | duck.values(connection, "kept_out", "source_file")
    orders = [(name, in_order(name)) for name in sorted(names)]
    duck.make_table(connection, "file_orders", "source_file varchar, file_order varchar", orders)
    duck.make(connection, "quarantine", "entries")


KEPT_OUT = (
    "source_file varchar, source_row bigint, rules_broken varchar, raw varchar, attempt_id varchar,"
    " updated_at timestamp, is_restated_by_order boolean"
)
TOLD = "attempt_id varchar, source_file varchar, source_row bigint, updated_at timestamp"


@contextmanager
def _entries(parts: Sequence[Path]) -> Iterator[duck.Connection]:
    """`entries` as they were listed when the snapshot was published; of rows as they came, listed now."""
    listed = [path for path in parts if path.parent.name == ENTRIES]
    with duck.in_memory() as connection:
        if listed:
            duck.open_parts(connection, "entries", listed)
        else:
            lay_entries(connection, parts)
        yield connection
