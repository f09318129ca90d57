"""Mapping profiles: how a foreign file becomes rows of the contract. The rules are TOML; see docs/profiles.md."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from duckdb import ColumnExpression, ConstantExpression, Expression

from etl.catalogue import HERE, Scheme, load_catalogue, read_catalogue
from etl.catalogue.own import catalogue_of, schemes_beside
from etl.catalogue.reading import read_toml
from etl.column_rules import AMOUNT, UNCHANGED, ColumnRule
from etl.contract import COLUMN_NAMES, REQUIRED
from etl.errors import UnknownName, UnreadableInput
from etl.home import Home
from etl.identifiers import masked
from etl.profile_file import profile_facts, scheme_named
from etl.rule_expressions import FILE, FILE_HASH, ROW, TECHNICAL, filled, otherwise, replaced

__all__ = [
    "CONTRACT",
    "FILE",
    "FILE_HASH",
    "ROW",
    "TECHNICAL",
    "Profile",
    "load_profile",
    "merged_words",
    "otherwise",
    "replaced",
    "shipped_profiles",
]

SHIPPED = Path(__file__).parent / "profiles"
CONTRACT = "contract"
LANDED_ROW, LANDED_FILE, AMOUNT_UNIT = "source_row", "source_file", "amount_unit"


@dataclass(frozen=True)
class Profile:
    """A named mapping. Contract columns without a rule stay empty; `contract` itself maps each to its own name.

    `zone`: of local times without an offset (None: the home's business zone); `date_order`: how 03/04/2025 is read
    (None: not at all); `nothing`: texts that are nulls in every column; `is_restated_by_order`: rows of later files
    are newer; `identifiers`: columns of the file to `hash` or `drop`; `places`: where each rule stands, for messages;
    `code_lists`: the files of its scheme that lie beside it, for the home to keep; `is_shipped`: it came along.
    """

    name: str
    columns: Mapping[str, ColumnRule]
    delimiter: str = ","
    words: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    zone: str | None = None
    date_order: str | None = None
    nothing: tuple[str, ...] = ()
    is_restated_by_order: bool = False
    identifiers: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    code_lists: tuple[Path, ...] = ()
    is_shipped: bool = field(default=False, compare=False)

    @property
    def is_contract(self) -> bool:
        return self.name == CONTRACT

    @property
    def sha256(self) -> str:
        """Changes with whatever changes how a file is read."""
        read = (self.columns, self.delimiter, self.zone, self.date_order, self.nothing, self.identifiers)
        return hashlib.sha256(repr((*read, self.is_restated_by_order)).encode()).hexdigest()

    def landing(self, present: list[str], place: str, argument: str = "FILE") -> list[Expression]:
        """The select list of the landing relation over a file with the columns `present`.

        `place` names the file in messages, `argument` in the commands that they tell.
        """
        present = [name for name in present if name not in TECHNICAL]
        rules = self._contract_rules(present, place, argument) if self.is_contract else self.columns
        self._check_columns(present, place)
        technical = [
            ColumnExpression(FILE).alias(LANDED_FILE),
            ColumnExpression(ROW).alias(LANDED_ROW),
            ConstantExpression(self._unit).alias(AMOUNT_UNIT),
        ]
        return [*technical, *(filled(name, rules.get(name), self.nothing) for name in COLUMN_NAMES)]

    def unused(self, present: list[str]) -> list[str]:
        """Of these columns of a file those that nothing is made of, masked; what a shipped profile leaves is known."""
        if self.is_shipped:
            return []
        named = [name for rule in self.columns.values() for name in rule.columns]
        used = {*TECHNICAL, *self.identifiers, *(COLUMN_NAMES if self.is_contract else named)}
        return [masked(name) for name in present if name not in used]

    @property
    def uses_row_position(self) -> bool:
        return any(rule.is_row_position for rule in self.columns.values())

    @property
    def _unit(self) -> Decimal:
        rule = self.columns.get(AMOUNT)
        return rule.unit if rule else UNCHANGED

    def _check_columns(self, present: list[str], file: str) -> None:
        """Every column of the file that the profile names must be there; `UnknownName` otherwise."""
        named = [(self._place(rule), name) for rule, facts in self.columns.items() for name in facts.columns]
        for place, name in [*named, *((f"{self.name}: identifiers", name) for name in self.identifiers)]:
            if name not in present:
                raise UnknownName(f"column (profile {place}, file {file})", name, present)

    def _place(self, column: str) -> str:
        return self.places.get(column, self.name)

    def _contract_rules(self, present: list[str], place: str, argument: str) -> dict[str, ColumnRule]:
        missing = [name for name in REQUIRED if name not in present]
        if missing:
            profiles = ", ".join(shipped_profiles()[1:])
            raise UnreadableInput(
                f"{place} has no column {', '.join(missing)}; map its own columns with --profile NAME|FILE.toml"
                f" (shipped: {profiles}), or have a draft written: python -m etl profile {argument}"
            )
        return {name: ColumnRule(columns=(name,)) for name in COLUMN_NAMES if name in present}


def shipped_profiles() -> list[str]:
    return [CONTRACT, *sorted(path.stem for path in SHIPPED.glob("*.toml"))]


def load_profile(name: str, home: Home | None = None) -> Profile:
    """The profile with this name, or in this TOML file; it may name the code lists of a home, and those beside it.

    Raises `UnknownName`, `InvalidValue` or `UnreadableInput`.
    """
    if name == CONTRACT:
        return Profile(CONTRACT, {})
    path = SHIPPED / f"{name}.toml"
    return replace(_profile(path, home), is_shipped=True) if path.exists() else _profile(_own(name), home, is_own=True)


def _own(name: str) -> Path:
    """The file that somebody wrote."""
    path = Path(name)
    if path.suffix == ".toml" and path.exists():
        return path
    if path.suffix == "" and path.name == name:
        raise UnknownName("profile", name, shipped_profiles())
    if path.exists():
        raise UnreadableInput(f"profile {path}: a profile is a TOML file, its name ends in .toml")
    raise UnreadableInput(f"profile {path} does not exist; shipped ones: {', '.join(shipped_profiles())}")


def merged_words(
    known: Mapping[str, Mapping[str, dict[str, str]]], more: Mapping[str, Mapping[str, dict[str, str]]]
) -> dict[str, dict[str, dict[str, str]]]:
    """The words of the values known so far, value by value overlaid by those of another profile."""
    return {dimension: {**known.get(dimension, {}), **more.get(dimension, {})} for dimension in [*known, *more]}


def _profile(path: Path, home: Home | None, *, is_own: bool = False) -> Profile:
    file = read_toml(path, with_lines=True)
    scheme = scheme_named(file)
    beside = schemes_beside(path, scheme) if is_own and scheme else []
    profile = Profile(**profile_facts(file, _schemes(beside, home)), code_lists=tuple(beside))
    if profile.is_contract:
        file.complain(f"profile must not be {CONTRACT!r}: that is the one without a file", "profile")
    return profile


def _schemes(beside: list[Path], home: Home | None) -> Mapping[str, Scheme]:
    """The code lists that are known: the shipped ones, those beside the profile, and over them those of the home."""
    if home is None:
        return (read_catalogue(HERE, *beside) if beside else load_catalogue()).schemes
    return catalogue_of(home, *(path for path in beside if not (home.schemes / path.name).exists())).schemes
