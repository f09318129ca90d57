"""Which column of a file fills which column of the contract: guessed from names, values and what goes together."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from etl.column_rules import AMOUNT, ID, OUTCOME, REASONS, REGION, TIMES
from etl.contract import COLUMN_NAMES, Evaluation, Outcome, TimeGrain
from etl.drafting.kinds import CLOCK, CURRENCY, MONEY, WHOLE, Moments, is_mostly, moments
from etl.drafting.lists import region_scheme
from etl.drafting.seen import Column, File
from etl.drafting.synonyms import Rank, is_yes_or_no, outcomes_of, rank

FEW_OUTCOMES = 60
MOST_REASONS, MOST_REGIONS = 2_000, 2_000
KNOWN, REPEATED = 0.9, 0.5
MANY = 100
"""Rows from which on it says something that a column without a telling name is unique."""
BY_NAME = tuple(name for name in COLUMN_NAMES if name not in (ID, OUTCOME, REASONS, REGION, AMOUNT, *TIMES))
FITS: Mapping[str, Callable[[Column], bool]] = {
    "currency": lambda column: is_mostly(column, CURRENCY),
    "score": lambda column: is_mostly(column, WHOLE),
    "latency_ms": lambda column: is_mostly(column, WHOLE),
    "time_grain": lambda column: {value.lower() for value in column.values} <= set(TimeGrain),
    "evaluation": lambda column: {value.lower() for value in column.values} <= set(Evaluation),
}


@dataclass
class Guesses:
    """What each column of the contract seems to be filled from. No column of the file is taken twice."""

    file: File
    taken: dict[str, tuple[Column, ...]] = field(default_factory=dict)
    outcomes: dict[str, str | None] = field(default_factory=dict)
    moments: dict[str, Moments] = field(default_factory=dict)

    def column(self, target: str) -> Column | None:
        return self.taken[target][0] if target in self.taken else None

    @property
    def free(self) -> list[Column]:
        used = {column.name for columns in self.taken.values() for column in columns}
        return [column for column in self.file.columns if column.filled and column.name not in used]

    def moments_of(self, target: str) -> Moments | None:
        column = self.column(target)
        return self.moments.get(column.name) if column else None

    def refused_where_filled(self, column: Column) -> float:
        """Of the rows in which a column has a value, the share that is refused."""
        outcome = self.column(OUTCOME)
        return self.refused(self.file.filled_by(column, outcome)) if outcome else 0.0

    def refused(self, rows: Mapping[str, int]) -> float:
        """The share that is refused of rows counted by the value of their outcome."""
        refused = sum(number for value, number in rows.items() if self.outcomes.get(value) == Outcome.REFUSED)
        return refused / max(sum(rows.values()), 1)

    def take(self, target: str, fits: Callable[[Column], bool]) -> None:
        """The free column with the best name of those whose values fit."""
        ranked = [(place, column) for column in self.free if (place := rank(target, column.words)) and fits(column)]
        if ranked:
            self.taken[target] = (min(ranked, key=lambda pair: pair[0])[1],)


def guessed(file: File) -> Guesses:
    told = {column.name: moments(column, _is_called_time(column)) for column in file.columns}
    guesses = Guesses(file, moments={name: found for name, found in told.items() if found})
    for take in (_take_outcome, _take_times, _take_id, _take_reasons, _take_region, _take_amount, _take_others):
        take(guesses)
    return guesses


def _is_called_time(column: Column) -> bool:
    """Whether a column is called as a time is, and as nothing else."""
    called = [name for name in COLUMN_NAMES if rank(name, column.words)]
    return bool(called) and set(called) <= set(TIMES)


def _take_outcome(guesses: Guesses) -> None:
    """The column with few values of which most are known, a good name first; else one that says both."""
    found: list[tuple[int, Rank, Column]] = []
    for column in guesses.free:
        if len(column.values) > FEW_OUTCOMES or column.name in guesses.moments:
            continue
        meant, place = outcomes_of(column), rank(OUTCOME, column.words)
        known = column.share(lambda value, meant=meant: meant[value] is not None)  # type: ignore[misc]
        is_both = {Outcome.APPROVED, Outcome.REFUSED} <= set(meant.values())
        if (known >= REPEATED and place) or (known >= KNOWN and is_both):
            found.append((0 if is_both else 1, place or (2, 0), column))
    if found:
        column = min(found, key=lambda candidate: candidate[:2])[2]
        guesses.taken[OUTCOME] = (column,)
        guesses.outcomes = outcomes_of(column)


def _take_times(guesses: Guesses) -> None:
    """By name; where none is called so, the one column that tells times is when the attempt was made."""

    def tells_times(column: Column) -> bool:
        found = guesses.moments.get(column.name)
        return found is not None and not (found.has_offset is False and _has_twin(guesses, column))

    for target in TIMES:
        guesses.take(target, tells_times)
    unnamed = [column for column in guesses.free if tells_times(column) and not is_mostly(column, MONEY)]
    if TIMES[0] not in guesses.taken and len(unnamed) == 1:
        guesses.taken[TIMES[0]] = (unnamed[0],)
    _add_clock(guesses)


def _has_twin(guesses: Guesses, column: Column) -> bool:
    """Whether another column tells the same times with an offset: `submitted_local` beside `submitted_utc`."""
    stem = column.words.rpartition(" ")[0]
    others = [other for other in guesses.free if other.name != column.name and other.name in guesses.moments]
    return bool(stem) and any(
        guesses.moments[other.name].has_offset and other.words.rpartition(" ")[0] == stem for other in others
    )


def _add_clock(guesses: Guesses) -> None:
    """A date without a time of day, beside a column that has just that."""
    found, column = guesses.moments_of(TIMES[0]), guesses.column(TIMES[0])
    clocks = [clock for clock in guesses.free if is_mostly(clock, re.compile(CLOCK))]
    if column and found and found.grain is TimeGrain.DAY and len(clocks) == 1:
        guesses.taken[TIMES[0]] = (column, clocks[0])


def _take_id(guesses: Guesses) -> None:
    guesses.take(ID, lambda column: column.is_unique)
    if ID not in guesses.taken:
        guesses.take(ID, lambda column: rank(ID, column.words) == (0, -1) and column.filled == column.rows)
    whole = [column for column in guesses.free if column.is_unique and not is_mostly(column, MONEY)]
    if ID not in guesses.taken and whole and guesses.file.rows >= MANY:
        guesses.taken[ID] = (whole[0],)


def _take_reasons(guesses: Guesses) -> None:
    """Columns named for reasons, numbered ones together; else a text that is there where an attempt was refused."""
    groups: dict[str, list[Column]] = {}
    for column in guesses.free:
        if len(column.values) <= MOST_REASONS and column.name not in guesses.moments and not is_yes_or_no(column):
            groups.setdefault(re.sub(r" ?\d+$", "", column.words), []).append(column)
    ranked = [(place, group) for stem, group in groups.items() if (place := rank(REASONS, stem))]
    for place, group in sorted(ranked, key=lambda pair: pair[0]):
        if not guesses.outcomes or place == (0, -1) or guesses.refused_where_filled(group[0]) >= REPEATED:
            guesses.taken[REASONS] = tuple(group)
            return
    texts = [group for group in groups.values() if not is_mostly(group[0], MONEY) and _marks_refusals(guesses, group)]
    if texts:
        guesses.taken[REASONS] = tuple(texts[0])


def _marks_refusals(guesses: Guesses, group: list[Column]) -> bool:
    """Whether a column has hardly a value but where an attempt was refused, and more than one."""
    column, outcome = group[0], guesses.column(OUTCOME)
    if outcome is None or len(column.values) < 2 or column.filled == column.rows:
        return False
    refused = guesses.refused(outcome.values) * outcome.filled
    return guesses.refused_where_filled(column) >= KNOWN and column.filled >= refused * REPEATED


def _take_region(guesses: Guesses) -> None:
    """By name where most values are spellings of regions; else where they are, and no mere numbers."""
    free = [column for column in guesses.free if len(column.values) <= MOST_REGIONS and region_scheme(column)]
    named = [(place, column) for column in free if (place := rank(REGION, column.words))]
    unnamed = [column for column in free if not is_mostly(column, WHOLE) and len(column.values) > 2]
    if named:
        guesses.taken[REGION] = (min(named, key=lambda pair: pair[0])[1],)
    elif unnamed:
        guesses.taken[REGION] = (unnamed[0],)
    else:
        guesses.take(REGION, lambda column: not is_mostly(column, MONEY))


def _take_amount(guesses: Guesses) -> None:
    guesses.take(AMOUNT, lambda column: is_mostly(column, MONEY))


def _take_others(guesses: Guesses) -> None:
    for target in BY_NAME:
        guesses.take(target, FITS.get(target, lambda column: column.name not in guesses.moments))
