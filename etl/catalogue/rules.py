"""The rules of the contract that rows are held against, read from rules.toml; their conditions are SQL models."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from etl.catalogue.fixes import load_fixes
from etl.catalogue.reading import LANGUAGES, read_toml
from etl.words import Words


class Severity(StrEnum):
    QUARANTINE = "quarantine"
    WARNING = "warning"
    FIXED = "fixed"


@dataclass(frozen=True)
class Rule:
    """Something that a row can break. A quarantined row is kept whole, outside the numbers; the others are counted."""

    id: str
    severity: Severity
    words: Words


CONFLICTING = "conflicting_copy"
"""The one rule that rows break together: found when all rows of an attempt are compared."""
MALFORMED = "malformed_line"
"""The one rule that is broken before there is a row: DuckDB's reader finds it."""


def counted(*counts: Mapping[str, int]) -> list[tuple[Rule, int]]:
    """Every rule that rows broke, and everything that was mended in their files, with how often in all."""
    rules = [*load_rules().values(), *(Rule(id, Severity.FIXED, words) for id, words in load_fixes().items())]
    sums = [(rule, sum(one.get(rule.id, 0) for one in counts)) for rule in rules]
    return [(rule, times) for rule, times in sums if times]


@cache
def load_rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of the file."""
    rules = {}
    for name, table in read_toml(Path(__file__).parent / "rules.toml").tables("rules"):
        table.allow(*LANGUAGES, "severity")
        rules[name] = Rule(name, Severity(table.known("severity", list(Severity))), table.words())
    return rules
