"""How other people call columns and outcomes: reads etl/profiles/synonyms, where an analyst may add to them."""

from collections.abc import Mapping
from functools import cache

from etl.catalogue.reading import Table, read_toml
from etl.contract import COLUMN_NAMES, Outcome
from etl.drafting.seen import Column, worded
from etl.errors import UnknownName
from etl.profile import SHIPPED

FOLDER = SHIPPED / "synonyms"
Rank = tuple[int, int]


def rank(target: str, words: str) -> Rank | None:
    """How well a name fits a column of the contract: the lower the better, None where it does not."""
    named, containing = _names().get(target, ((), ()))
    if words == worded(target):
        return (0, -1)
    if words in named:
        return (0, named.index(words))
    return next(((1, place) for place, phrase in enumerate(containing) if holds(words, phrase)), None)


def holds(words: str, phrase: str) -> bool:
    """Whether a text holds a phrase: whole words where words are parted by spaces, anywhere in Chinese."""
    return f" {phrase} " in f" {words} " if phrase.isascii() else phrase in words


def outcome_of(value: str) -> str | None:
    """What a text says became of an attempt, by the longest phrase that it holds."""
    words = worded(value)
    found = [(len(phrase), outcome) for phrase, outcome in _phrases().items() if holds(words, phrase)]
    return max(found)[1] if found else None


def outcomes_of(column: Column) -> dict[str, str | None]:
    """Each value of a column, the most common first, with the outcome that it seems to mean."""
    values = column.common(len(column.values))
    codes = _codes().get(column.words, {})
    if set(values) <= set(codes):
        return {value: codes[value] for value in values}
    if is_yes_or_no(column) and column.words in _flags():
        return {value: _flags()[column.words][worded(value) in _yes_no()["yes"]] for value in values}
    return {value: outcome_of(value) for value in values}


def is_yes_or_no(column: Column) -> bool:
    return bool(column.values) and all(
        worded(value) in [*_yes_no()["yes"], *_yes_no()["no"]] for value in column.values
    )


def is_personal(column: Column) -> bool:
    """Whether a column is called as what tells who somebody is."""
    return column.words in _listed(_values().table("personal"), "named")


@cache
def nothings() -> tuple[str, ...]:
    return tuple(_values().table("nothing").texts("texts"))


@cache
def _names() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    file = read_toml(FOLDER / "columns.toml")
    for name in file.content:
        if name not in COLUMN_NAMES:
            file.complain(str(UnknownName("contract column", name, COLUMN_NAMES)))
    tables = {name: file.table(name) for name in file.content}
    return {name: (_listed(table, "named"), _listed(table, "containing")) for name, table in tables.items()}


def _listed(table: Table, key: str) -> tuple[str, ...]:
    return tuple(worded(text) for text in table.texts(key))


@cache
def _values() -> Table:
    return read_toml(FOLDER / "values.toml")


@cache
def _phrases() -> dict[str, str]:
    table = _values().table("phrases")
    return {phrase: outcome for outcome in Outcome for phrase in _listed(table, outcome)}


@cache
def _flags() -> dict[str, tuple[str, str]]:
    """By the name of a column that says yes or no: the outcome of no, and of yes."""
    table = _values().table("flags")
    sides = {"approved": ("refused", "approved"), "refused": ("approved", "refused")}
    return {name: outcomes for side, outcomes in sides.items() for name in _listed(table, side)}


@cache
def _yes_no() -> dict[str, tuple[str, ...]]:
    table = _values().table("yes_no")
    return {key: _listed(table, key) for key in ("yes", "no")}


@cache
def _codes() -> Mapping[str, Mapping[str, str]]:
    return {worded(name): table.spellings(name) for table in [_values().table("codes")] for name in table.content}
