"""The rules of a mapping profile: how one column of the contract is filled, and which keys make sense together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from etl.contract import Evaluation, Outcome, TimeGrain
from etl.errors import InvalidValue, UnknownName

REASONS, AMOUNT, REGION, ID, OUTCOME = "reason_codes", "amount_requested", "region", "attempt_id", "outcome"
TIMES = ("attempted_at", "decided_at", "updated_at")
UNCHANGED = Decimal(1)
UNIT_LIMIT, UNIT_STEP = Decimal(1_000_000_000), Decimal("0.000001")
"""A unit stays below the limit and has no finer step: what the model of typed rows can multiply exactly."""
UNITS = {"cents": Decimal("0.01"), "thousands": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
SOURCES = ("column", "columns", "constant", "row_position")
CHANGES = ("values", "otherwise", "prefix", "scheme", "unit", "nothing", "format", "split", "regions", "hash")
RULE_KEYS = (*SOURCES, *CHANGES)
"""Every key below `[columns.<name>]`."""

ALONGSIDE: tuple[frozenset[str], ...] = (
    frozenset({"values", "otherwise"}),
    frozenset({"values", "unit"}),
    frozenset({"values", "regions"}),
    frozenset({"values", "split"}),
    frozenset({"scheme", "split"}),
)
"""Which changes of a value go together; `nothing` goes with each of them, since it comes before."""
ONLY_FOR = {
    "scheme": (REASONS,),
    "split": (REASONS,),
    "unit": (AMOUNT,),
    "regions": (REGION,),
    "format": TIMES,
    "hash": (ID, "applicant_id", "channel", "partner"),
}
JOINED = (REASONS, ID, *TIMES)
"""The contract columns that several columns of a file may fill."""
IN_SEVERAL_COLUMNS = {"scheme", "values", "format", "nothing", "hash"}
CLOSED = {OUTCOME: tuple(Outcome), "time_grain": tuple(TimeGrain), "evaluation": tuple(Evaluation)}


@dataclass(frozen=True)
class ColumnRule:
    """How one column of the contract is filled from the columns of the file. `aliases`: the spellings of the scheme."""

    columns: tuple[str, ...] = ()
    constant: str | None = None
    is_row_position: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    prefix: str = ""
    scheme: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    unit: Decimal = UNCHANGED
    nothing: tuple[str, ...] = ()
    format: str | None = None
    split: str | None = None
    regions: str | None = None
    is_hashed: bool = False

    def __post_init__(self) -> None:
        if [bool(self.columns), self.constant is not None, self.is_row_position].count(True) != 1:
            raise InvalidValue(f"needs exactly one of: {', '.join(SOURCES)}")
        if self.changes and not self.columns:
            raise InvalidValue(f"{self.changes[0]} needs a column of the file to work on")
        if self.otherwise is not None and not self.values:
            raise InvalidValue("otherwise needs values, beside which it says what any other spelling is")
        self._check_combination([change for change in self.changes if change != "nothing"])
        if self.unit >= UNIT_LIMIT or self.unit % UNIT_STEP:
            raise InvalidValue(f"unit must be below {UNIT_LIMIT:,} and have at most 6 decimals, not {self.unit}")

    def _check_combination(self, changes: list[str]) -> None:
        if len(changes) > 1 and frozenset(changes) not in ALONGSIDE:
            raise InvalidValue(f"{' and '.join(changes)} cannot be combined")
        alone = [change for change in changes if change not in IN_SEVERAL_COLUMNS]
        if len(self.columns) > 1 and alone:
            raise InvalidValue(f"{alone[0]} needs a single column")

    @property
    def changes(self) -> list[str]:
        """What is done to the file's value, by its key."""
        given = (
            self.values,
            self.otherwise is not None,
            self.prefix,
            self.scheme,
            self.unit != UNCHANGED,
            self.nothing,
            self.format,
            self.split,
            self.regions,
            self.is_hashed,
        )
        return [key for key, is_given in zip(CHANGES, given, strict=True) if is_given]

    def check_for(self, name: str) -> None:
        """Raises `InvalidValue` where the contract's column `name` cannot be filled this way."""
        for change in self.changes:
            if name not in ONLY_FOR.get(change, (name,)):
                raise InvalidValue(f"only {_listed(ONLY_FOR[change])} can have {change}")
        if len(self.columns) > 1 and name not in JOINED:
            raise InvalidValue(f"only {_listed(JOINED)} can have several columns")
        if len(self.columns) > 1 and "values" in self.changes and name != REASONS:
            raise InvalidValue("values needs a single column")
        if len(self.columns) > 2 and name in TIMES:
            raise InvalidValue("a time has two columns at most: the date's and the time's")
        for meaning in self._meanings:
            if name in CLOSED and meaning and meaning.lower() not in CLOSED[name]:
                raise InvalidValue(str(UnknownName(name, meaning, CLOSED[name])))

    @property
    def _meanings(self) -> list[str]:
        """The values of the contract that the rule names itself."""
        return [*self.values.values(), *(text for text in (self.constant, self.otherwise) if text is not None)]


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
