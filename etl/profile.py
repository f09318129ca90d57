"""Mapping profiles: how a foreign file becomes rows of the contract. TOML in, DuckDB expressions out, no SQL text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from etl.catalogue.reading import LANGUAGES, Table, read_toml
from etl.contract import COLUMN_NAMES, REQUIRED, SLOT_SEPARATOR
from etl.errors import InvalidValue, UnknownName, UnreadableInput

SHIPPED = Path(__file__).parent / "profiles"
CONTRACT = "contract"
ROW, FILE, FILE_HASH = "source_row", "source_file", "source_hash"
AMOUNT_UNIT = "amount_unit"
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
    unit: int = 1

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
        rules = self._contract_rules(present, place) if self.is_contract else self.columns
        for rule in rules.values():
            for name in rule.columns:
                if name not in present:
                    raise UnknownName(f"column (profile {self.name}, file {place})", name, present)
        technical = [
            ColumnExpression(FILE),
            ColumnExpression(ROW),
            ConstantExpression(self._unit).alias(AMOUNT_UNIT),
        ]
        return [*technical, *(_filled(name, rules.get(name)) for name in COLUMN_NAMES)]

    @property
    def uses_row_position(self) -> bool:
        return any(rule.is_row_position for rule in self.columns.values())

    @property
    def _unit(self) -> int:
        rule = self.columns.get("amount_requested")
        return rule.unit if rule else 1

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


def _profile(file: Table) -> Profile:
    file.allow("profile", *LANGUAGES, "delimiter", "columns", "words")
    file.words()
    rules = {name: _rule(name, table) for name, table in file.tables("columns")}
    for name in REQUIRED:
        if name not in rules:
            file.complain(f"columns.{name} is missing; every attempt needs it")
    words = {name: _value_words(file, name) for name in file.table("words").content} if "words" in file.content else {}
    return Profile(file.text("profile"), rules, file.content.get("delimiter", ","), words)


def _value_words(file: Table, dimension: str) -> dict[str, dict[str, str]]:
    """What each value of a dimension is called, in every language."""
    spoken = file.table("words").named_words(dimension)
    return {value: {"en": words.en, "zh": words.zh} for value, words in spoken.items()}


def _rule(name: str, table: Table) -> ColumnRule:
    if name not in COLUMN_NAMES:
        table.complain(str(UnknownName("contract column", name, COLUMN_NAMES)))
    table.allow(*RULE_KEYS)
    content = table.content
    rule = ColumnRule(
        columns=tuple(content.get("columns", [content["column"]] if "column" in content else [])),
        constant=content.get("constant"),
        is_row_position=bool(content.get("row_position", False)),
        values=content.get("values", {}),
        prefix=content.get("prefix", ""),
        scheme=content.get("scheme"),
        unit=content.get("unit", 1),
    )
    if not (rule.columns or rule.constant is not None or rule.is_row_position):
        table.complain("needs one of: column, columns, constant, row_position")
    if rule.scheme is not None and rule.scheme not in load_catalogue().schemes:
        raise InvalidValue(f"{table.place}: {UnknownName('scheme', rule.scheme, load_catalogue().schemes)}")
    return rule


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
