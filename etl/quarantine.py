"""The rows that are kept out of the numbers: which, from where, why, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from etl import duck
from etl.catalogue.rules import load_rules
from etl.errors import UnknownName
from etl.home import Home
from etl.manifest import QUARANTINE
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
    return [home.root / part.path for part in current_manifest(home).of_kind(QUARANTINE)]


def rows_kept_out(parts: Sequence[Path], most: int | None = None, rule: str | None = None) -> pd.DataFrame:
    """The rows in these parts, at most so many, all or those that broke a rule.

    Columns: source_file, source_row (the line in it), rules_broken (joined by `|`), raw (the whole row as JSON, or
    the line as it stands where it does not split).
    """
    with duck.reading(parts, "quarantine", COLUMNS) as connection:
        rows = duck.relation(connection, "quarantine", "rows_kept_out")
        if rule is not None:
            rows = duck.where_listed(rows, "rules_broken", rule)
        frame: pd.DataFrame = (rows if most is None else rows.limit(most)).df()
        return frame


def counted_rows_kept_out(parts: Sequence[Path], by: By) -> pd.DataFrame:
    """How many rows are kept out by rule (rule, rows, first_file, first_line) or by file (source_file, rows, lines)."""
    with duck.reading(parts, "quarantine", COLUMNS) as connection:
        duck.make(connection, "quarantine", "rules_of_rows")
        frame: pd.DataFrame = duck.relation(connection, "quarantine", f"kept_out_by_{by}").df()
        return frame


COLUMNS = "source_file varchar, source_row bigint, rules_broken varchar, raw varchar"
