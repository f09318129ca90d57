"""Reads a mapping profile's TOML into rules: whatever is wrong is one line with file, line, key and the known names."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.reading import LANGUAGES, Table
from etl.catalogue.region_names import REGION_SCHEMES
from etl.catalogue.things import Scheme
from etl.column_rules import REASONS, RULE_KEYS, UNCHANGED, UNITS, ColumnRule
from etl.contract import COLUMN_NAMES, REQUIRED
from etl.errors import InvalidValue, UnknownName
from etl.rule_expressions import check_format

PROFILE_KEYS = (
    *("profile", *LANGUAGES, "delimiter", "zone", "date_order", "nothing", "later_files"),
    *("identifiers", "columns", "words"),
)
"""Every key at the top of a profile."""
DATE_ORDERS = ("day-first", "month-first")
RESTATE = "restate"
KEPT_AS = ("hash", "drop")
"""What can be done to a column of the file that tells who somebody is."""


Schemes = Mapping[str, Scheme]


def profile_facts(file: Table, schemes: Schemes) -> dict[str, Any]:
    """The fields of a profile."""
    file.allow(*PROFILE_KEYS)
    file.words()
    tables = dict(file.tables("columns"))
    rules = {column: _rule(column, table, schemes) for column, table in tables.items()}
    for column in REQUIRED:
        if column not in rules:
            file.complain(f"columns.{column} is missing; every attempt needs it")
    return {
        "name": file.text("profile"),
        "columns": rules,
        "delimiter": file.character("delimiter", ","),
        "words": _words(file),
        "zone": _zone(file) if "zone" in file.content else None,
        "date_order": file.known("date_order", DATE_ORDERS) if "date_order" in file.content else None,
        "nothing": _nothing(file),
        "is_restated_by_order": "later_files" in file.content and file.known("later_files", [RESTATE]) == RESTATE,
        "identifiers": _identifiers(file),
        "places": {column: table.place_of() for column, table in tables.items()},
    }


def _zone(file: Table) -> str:
    return file.known("zone", available_timezones())


def _identifiers(file: Table) -> dict[str, str]:
    if "identifiers" not in file.content:
        return {}
    table = file.table("identifiers")
    return {column: table.known(column, KEPT_AS) for column in table.content}


def _nothing(table: Table) -> tuple[str, ...]:
    texts = table.texts("nothing")
    for text in texts:
        if text != text.strip():
            table.complain(f"nothing: {text!r} has spaces around it; values are compared without them", "nothing")
    return tuple(texts)


def _words(file: Table) -> dict[str, dict[str, dict[str, str]]]:
    """By dimension, what each value is called in every language."""
    if "words" not in file.content:
        return {}
    table = file.table("words")
    known = [dimension.id for dimension in DIMENSIONS.values() if not dimension.is_time]
    for name in table.content:
        if name not in known:
            table.complain(str(UnknownName("dimension", name, known)), name)
    return {
        dimension: {value: {"en": words.en, "zh": words.zh} for value, words in table.named_words(dimension).items()}
        for dimension in table.content
    }


def scheme_named(file: Table) -> str | None:
    """The code list that a profile names, if it does so as it should."""
    rule = file.content.get("columns")
    rule = rule.get(REASONS) if isinstance(rule, dict) else None
    scheme = rule.get("scheme") if isinstance(rule, dict) else None
    return scheme if isinstance(scheme, str) and scheme else None


def _rule(name: str, table: Table, schemes: Schemes) -> ColumnRule:
    if name not in COLUMN_NAMES:
        table.complain(str(UnknownName("contract column", name, COLUMN_NAMES)))
    table.allow(*RULE_KEYS)
    facts = {field: read(table) for field, read in FACTS.items()} | _scheme(table, schemes)
    try:
        rule = ColumnRule(**facts)
        rule.check_for(name)
        if rule.format is not None:
            check_format(rule.format)
    except InvalidValue as problem:
        table.complain(str(problem), _culprit(str(problem), table))
    return rule


def _scheme(table: Table, schemes: Schemes) -> dict[str, Any]:
    if "scheme" not in table.content:
        return {}
    scheme = table.known("scheme", schemes)
    return {"scheme": scheme, "aliases": schemes[scheme].aliases}


def _culprit(problem: str, table: Table) -> str:
    """The key that a problem of a rule is about: the first that it names of those that are written."""
    written = [key for key in table.content if key in problem.replace("'", " ").split()]
    return min(written, key=problem.index, default="")


def _columns(table: Table) -> tuple[str, ...]:
    if "column" in table.content and "columns" in table.content:
        table.complain("column and columns cannot be combined", "columns")
    return (table.text("column"),) if "column" in table.content else tuple(table.texts("columns"))


def _unit(table: Table) -> Decimal:
    """A number, or a word for one."""
    if isinstance(table.content.get("unit"), str):
        return UNITS[table.known("unit", UNITS)]
    return table.factor("unit", UNCHANGED)


def _delimiter(table: Table) -> str | None:
    """What stands between the codes of a cell: unlike other texts it may be a space."""
    value = table.content.get("split")
    if value is not None and (not isinstance(value, str) or not value):
        table.complain("split must be a text", "split")
    return value


FACTS: dict[str, Callable[[Table], Any]] = {
    "columns": _columns,
    "constant": lambda table: table.optional_text("constant"),
    "is_row_position": lambda table: table.flag("row_position", False),
    "values": lambda table: table.spellings("values") if "values" in table.content else {},
    "otherwise": lambda table: table.optional_text("otherwise"),
    "prefix": lambda table: table.optional_text("prefix") or "",
    "unit": _unit,
    "nothing": _nothing,
    "format": lambda table: table.optional_text("format"),
    "split": _delimiter,
    "regions": lambda table: table.known("regions", REGION_SCHEMES) if "regions" in table.content else None,
    "is_hashed": lambda table: table.flag("hash", False),
}
"""How each field of a rule is read, in the right type."""
