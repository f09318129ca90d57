"""Mapping profiles: how a foreign file becomes rows of the contract. TOML in, DuckDB expressions out, no SQL text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
)

from etl.catalogue import load_catalogue
from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.reading import LANGUAGES, Table, read_toml
from etl.contract import COLUMN_NAMES, REQUIRED, SLOT_SEPARATOR
from etl.errors import InvalidValue, UnknownName, UnreadableInput

SHIPPED = Path(__file__).parent / "profiles"
CONTRACT = "contract"
ROW, FILE, FILE_HASH = TECHNICAL = ("__row", "__file", "__hash")
"""What the columns of a file are joined by; a file that has such a column of its own is refused."""
LANDED_ROW, LANDED_FILE, AMOUNT_UNIT = "source_row", "source_file", "amount_unit"
REASONS, AMOUNT = "reason_codes", "amount_requested"
UNCHANGED = Decimal(1)
UNIT_LIMIT, UNIT_STEP = Decimal(1_000_000), Decimal("0.000001")
"""A unit stays below the limit and has no finer step: what the model of typed rows can multiply exactly."""
SOURCES = ("column", "columns", "constant", "row_position")
RULE_KEYS = ("column", "columns", "constant", "row_position", "values", "prefix", "scheme", "unit")


@dataclass(frozen=True)
class ColumnRule:
    """How one column of the contract is filled from the columns of the file."""

    columns: tuple[str, ...] = ()
    constant: str | None = None
    is_row_position: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    scheme: str | None = None
    unit: Decimal = UNCHANGED

    def __post_init__(self) -> None:
        if [bool(self.columns), self.constant is not None, self.is_row_position].count(True) != 1:
            raise InvalidValue(f"needs exactly one of: {', '.join(SOURCES)}")
        changes = self._changes
        if changes and not self.columns:
            raise InvalidValue(f"{changes[0]} needs a column of the file to work on")
        if len(changes) > 1 and changes != ["values", "unit"]:
            raise InvalidValue(f"{' and '.join(changes)} cannot be combined")
        if len(self.columns) > 1 and changes and changes != ["scheme"]:
            raise InvalidValue(f"{changes[0]} needs a single column")
        if self.unit >= UNIT_LIMIT or self.unit % UNIT_STEP:
            raise InvalidValue(f"unit must be below {UNIT_LIMIT:,} and have at most 6 decimals, not {self.unit}")

    @property
    def _changes(self) -> list[str]:
        """What is done to the file's value, by its key."""
        given = {"values": self.values, "prefix": self.prefix, "scheme": self.scheme, "unit": self.unit != UNCHANGED}
        return [key for key, is_given in given.items() if is_given]

    def expression(self) -> Expression:
        """The contract's value as a DuckDB expression over the file's columns."""
        if self.is_row_position:
            row = ColumnExpression(ROW).cast("varchar")
            return FunctionExpression("concat", ColumnExpression(FILE_HASH), _text("-"), row)
        if self.constant is not None:
            return _text(self.constant)
        if self.scheme is not None:
            return _slots([self._code(column) for column in self.columns])
        if len(self.columns) > 1:
            return _slots([_trimmed(ColumnExpression(column)) for column in self.columns])
        return self._value(self.columns[0])

    def _value(self, name: str) -> Expression:
        column = ColumnExpression(name)
        if self.values:
            return otherwise(replaced(_trimmed(column), self.values), column)
        return FunctionExpression("||", _text(self.prefix), _trimmed(column)) if self.prefix else column

    def _code(self, name: str) -> Expression:
        """The reason id behind one slot: through the scheme's spellings, else the text itself as an unmapped code."""
        column = _trimmed(ColumnExpression(name))
        aliases = load_catalogue().schemes[str(self.scheme)].aliases
        return otherwise(replaced(column, aliases), FunctionExpression("||", _text(f"{self.scheme}:"), column))


@dataclass(frozen=True)
class Profile:
    """A named mapping. Contract columns without a rule stay empty; `contract` itself maps each to its own name."""

    name: str
    columns: Mapping[str, ColumnRule]
    delimiter: str = ","
    words: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def is_contract(self) -> bool:
        return self.name == CONTRACT

    def landing(self, present: list[str], place: str) -> list[Expression]:
        """The select list of the landing relation over a file with the columns `present`."""
        present = [name for name in present if name not in TECHNICAL]
        rules = self._contract_rules(present, place) if self.is_contract else self.columns
        for rule in rules.values():
            for name in rule.columns:
                if name not in present:
                    raise UnknownName(f"column (profile {self.name}, file {place})", name, present)
        technical = [
            ColumnExpression(FILE).alias(LANDED_FILE),
            ColumnExpression(ROW).alias(LANDED_ROW),
            ConstantExpression(self._unit).alias(AMOUNT_UNIT),
        ]
        return [*technical, *(_filled(name, rules.get(name)) for name in COLUMN_NAMES)]

    @property
    def uses_row_position(self) -> bool:
        return any(rule.is_row_position for rule in self.columns.values())

    @property
    def _unit(self) -> Decimal:
        rule = self.columns.get(AMOUNT)
        return rule.unit if rule else UNCHANGED

    def _contract_rules(self, present: list[str], place: str) -> dict[str, ColumnRule]:
        missing = [name for name in REQUIRED if name not in present]
        if missing:
            profiles = ", ".join(shipped_profiles()[1:])
            raise UnreadableInput(
                f"{place} has no column {', '.join(missing)}; map its own columns with --profile NAME|FILE.toml"
                f" (shipped: {profiles})"
            )
        return {name: ColumnRule(columns=(name,)) for name in COLUMN_NAMES if name in present}


def shipped_profiles() -> list[str]:
    return [CONTRACT, *sorted(path.stem for path in SHIPPED.glob("*.toml"))]


def load_profile(name: str) -> Profile:
    """The profile with this name, or in this TOML file. Raises `UnknownName`, `InvalidValue` or `UnreadableInput`."""
    if name == CONTRACT:
        return Profile(CONTRACT, {})
    path = SHIPPED / f"{name}.toml"
    if not path.exists():
        path = Path(name)
        if path.suffix != ".toml":
            raise UnknownName("profile", name, shipped_profiles())
    if not path.exists():
        raise UnreadableInput(f"profile {path} does not exist; shipped ones: {', '.join(shipped_profiles())}")
    return _profile(read_toml(path))


def merged_words(
    known: Mapping[str, Mapping[str, dict[str, str]]], more: Mapping[str, Mapping[str, dict[str, str]]]
) -> dict[str, dict[str, dict[str, str]]]:
    """The words of the values known so far, value by value overlaid by those of another profile."""
    return {dimension: {**known.get(dimension, {}), **more.get(dimension, {})} for dimension in [*known, *more]}


def _profile(file: Table) -> Profile:
    file.allow("profile", *LANGUAGES, "delimiter", "columns", "words")
    file.words()
    name = file.text("profile")
    if name == CONTRACT:
        file.complain(f"profile must not be {CONTRACT!r}: that is the one without a file")
    rules = {column: _rule(column, table) for column, table in file.tables("columns")}
    for column in REQUIRED:
        if column not in rules:
            file.complain(f"columns.{column} is missing; every attempt needs it")
    return Profile(name, rules, file.character("delimiter", ","), _words(file))


def _words(file: Table) -> dict[str, dict[str, dict[str, str]]]:
    """By dimension, what each value is called in every language."""
    if "words" not in file.content:
        return {}
    table = file.table("words")
    known = [dimension.id for dimension in DIMENSIONS.values() if not dimension.is_time]
    for name in table.content:
        if name not in known:
            table.complain(str(UnknownName("dimension", name, known)))
    return {
        dimension: {value: {"en": words.en, "zh": words.zh} for value, words in table.named_words(dimension).items()}
        for dimension in table.content
    }


def _rule(name: str, table: Table) -> ColumnRule:
    if name not in COLUMN_NAMES:
        table.complain(str(UnknownName("contract column", name, COLUMN_NAMES)))
    table.allow(*RULE_KEYS)
    facts = _facts(table)
    try:
        rule = ColumnRule(**facts)
    except InvalidValue as problem:
        table.complain(str(problem))
    if name != REASONS and (rule.scheme or len(rule.columns) > 1):
        table.complain(f"only {REASONS} can have a scheme or several columns")
    if name != AMOUNT and rule.unit != UNCHANGED:
        table.complain(f"only {AMOUNT} can have a unit")
    return rule


def _facts(table: Table) -> dict[str, Any]:
    """The fields of a rule, each of the right type."""
    content = table.content
    if "column" in content and "columns" in content:
        table.complain("column and columns cannot be combined")
    return {
        "columns": (table.text("column"),) if "column" in content else tuple(table.texts("columns")),
        "constant": table.optional_text("constant"),
        "is_row_position": table.flag("row_position", False),
        "values": table.spellings("values") if "values" in content else {},
        "prefix": table.optional_text("prefix") or "",
        "scheme": table.known("scheme", load_catalogue().schemes) if "scheme" in content else None,
        "unit": table.factor("unit", UNCHANGED),
    }


def _filled(name: str, rule: ColumnRule | None) -> Expression:
    value = rule.expression() if rule else ConstantExpression(None).cast("varchar")
    return value.alias(name)


def _text(value: str) -> Expression:
    return ConstantExpression(value)


def _trimmed(column: Expression) -> Expression:
    return FunctionExpression("nullif", FunctionExpression("trim", column.cast("varchar")), _text(""))


def replaced(column: Expression, values: Mapping[str, Any]) -> Any:
    """A CASE that turns each known spelling into its value; the caller adds `otherwise`."""
    (first, first_value), *rest = values.items()
    start = CaseExpression(column == _text(first), _text(first_value))
    return reduce(lambda case, pair: case.when(column == _text(pair[0]), _text(pair[1])), rest, start)


def otherwise(case: Any, value: Expression) -> Expression:
    filled: Expression = case.otherwise(value)
    return filled


def _slots(codes: list[Expression]) -> Expression:
    """The codes joined in their places; blank places at the end are dropped, blank ones before a code stay."""
    filled = [CoalesceOperator(code, _text("")) for code in codes]
    joined = FunctionExpression("concat_ws", _text(SLOT_SEPARATOR), *filled)
    return FunctionExpression("nullif", FunctionExpression("rtrim", joined, _text(SLOT_SEPARATOR)), _text(""))
