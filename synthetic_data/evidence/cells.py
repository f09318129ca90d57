"""What was decided where a log can be compared, counted by day and by everything that a scope may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from etl.catalogue import load_catalogue
from etl.contract import SLOT_SEPARATOR
from synthetic_data.decks import Array
from synthetic_data.demand import is_promotion
from synthetic_data.evidence.laws import has_a_failure
from synthetic_data.evidence.moves import MOVES
from synthetic_data.evidence.rows import DIMENSIONS, Coded, Rows
from synthetic_data.evidence.seasons import Seasons
from synthetic_data.incidents import Incident, Onset
from synthetic_data.scenario import LAYERS

LOAD = "load"
"""What rises with the load of an hour is a layer of its own here: other things move it than the rest."""
GROUPS = (*LAYERS, LOAD)
APPROVED, UNKNOWN, UNJUDGED = 0, len(GROUPS) + 1, len(GROUPS) + 2
"""What became of an attempt: approved, refused by group 1 to 4, by one that nobody knows; or not to be counted."""

MOVED_BY_LOAD = frozenset(("P301", "P302", "T202"))
"""Not to be counted on the days of a promotion, when they rise for everybody: no day around is one to compare with."""

RADIX = 256


@dataclass(frozen=True)
class Cells:
    """One entry per day, combination of values, regime and fate; `count` attempts each. Value 0 is a missing one.

    Regime 0 is calm. An incident that hits everybody alike from its start to its end is a regime of its own, in which
    days can be compared with each other; all others are left out.
    """

    day: Array
    values: Mapping[str, Array]
    words: Mapping[str, tuple[str, ...]]
    regime: Array
    fate: Array
    count: Array

    def where(self, is_kept: Array) -> "Cells":
        values = {name: numbers[is_kept] for name, numbers in self.values.items()}
        numbers = (numbers[is_kept] for numbers in (self.regime, self.fate, self.count))
        return Cells(self.day[is_kept], values, self.words, *numbers)

    @property
    def mix(self) -> Array:
        """Numbers the combinations of product and channel."""
        product: Array = self.values["product"].astype(np.int64)
        return product * len(self.words["channel"]) + self.values["channel"]

    @property
    def mixes(self) -> int:
        return len(self.words["product"]) * len(self.words["channel"])

    def in_scope(self, scope: Mapping[str, Iterable[str]]) -> Array:
        is_in = np.ones(len(self.day), dtype=bool)
        for name, wanted in scope.items():
            named = np.array([word in set(wanted) for word in self.words[name]])
            is_in &= named[self.values[name]]
        return is_in


class CellBook:
    """Packs each day's decided attempts into one number and a count per combination."""

    def __init__(self, incidents: Iterable[Incident]) -> None:
        self._incidents = tuple(incidents)
        self._regimes = [one for one in self._incidents if not one.scope and one.onset is Onset.STEP][: RADIX - 1]
        self._words: dict[str, dict[str, int]] = {name: {"": 0} for name in DIMENSIONS}
        self._days: list[tuple[int, Array, Array]] = []
        self.seasons = Seasons()

    def add(self, rows: Rows) -> None:
        is_calm, regime = self._calm(rows)
        self.seasons.add(rows, is_calm & (regime == 0))
        fate = _fates(rows)
        is_calm &= fate != UNJUDGED
        for move in MOVES:
            if not move.is_only_there:
                is_calm &= ~move.is_moved(rows)
        key = fate * RADIX + regime
        for name in DIMENSIONS:
            key = key * RADIX + self._numbers(name, rows.texts[name])
        self._days.append((rows.day.toordinal(), *np.unique(key[is_calm], return_counts=True)))

    def _calm(self, rows: Rows) -> tuple[Array, Array]:
        """What was decided and no incident touched, and the regime of each attempt."""
        is_calm = rows.is_decided
        regime = np.zeros(len(rows), dtype=np.int64)
        for incident in self._incidents:
            if incident.touches(rows.day, rows.day):
                is_hit = rows.in_scope(incident.scope) & rows.between(incident.start, incident.end)
                number = self._regimes.index(incident) + 1 if incident in self._regimes else 0
                is_calm = is_calm & (~is_hit | ((regime == 0) & (number > 0)))
                regime[is_hit] = number
        return is_calm, regime

    def _numbers(self, name: str, texts: Coded) -> Array:
        known = self._words[name]
        numbers = [known.setdefault(word, min(len(known), RADIX - 1)) for word in texts.words]
        return np.array([*numbers, 0]).take(texts.codes, mode="wrap")

    def finish(self) -> Cells:
        numbers = np.array([day for day, _, _ in self._days], dtype=np.int64)
        days = np.repeat(numbers, np.array([len(keys) for _, keys, _ in self._days], dtype=np.int64))
        key = np.concatenate([np.empty(0, np.int64), *(keys for _, keys, _ in self._days)])
        values = {}
        for name in reversed(DIMENSIONS):
            key, values[name] = np.divmod(key, RADIX)
        fate, regime = np.divmod(key, RADIX)
        count = np.concatenate([np.empty(0, np.int64), *(counts for _, _, counts in self._days)])
        small = {name: numbers.astype(np.uint8) for name, numbers in values.items()}
        words = {name: tuple(known) for name, known in self._words.items()}
        return Cells(days.astype(np.int32), small, words, regime.astype(np.uint8), fate.astype(np.uint8), count)


def _fates(rows: Rows) -> Array:
    """A reason that the calendar moves counts everywhere but where it does: there the next one does."""
    reasons, is_busy = rows.texts["reason_codes"], is_promotion(rows.day)
    moved = {move: move.is_moved(rows) for move in MOVES if move.is_only_there}
    kind = np.zeros(len(rows), dtype=np.int64)
    for n, is_moved in enumerate(moved.values()):
        kind |= is_moved.astype(np.int64) << n
    fates = np.full(len(rows), APPROVED, dtype=np.int64)
    for number in np.unique(kind[rows.is_refused]):
        left_out = frozenset().union(*(move.codes for n, move in enumerate(moved) if number >> n & 1))
        by_text = np.array([*(_fate(text, left_out, is_busy) for text in reasons.words), UNKNOWN])
        here = np.flatnonzero(rows.is_refused & (kind == number))
        fates[here] = by_text.take(reasons.codes[here], mode="wrap")
    return fates


@lru_cache(maxsize=65_536)
def _fate(text: str, left_out: frozenset[str], is_busy: bool) -> int:
    """By the first reason that counts; not at all where a failure hid what would have come next."""
    left = [code for code in text.split(SLOT_SEPARATOR) if code not in left_out]
    if not left:
        return UNJUDGED if has_a_failure(text) else APPROVED
    if left[0] in MOVED_BY_LOAD:
        return UNJUDGED if is_busy else GROUPS.index(LOAD) + 1
    layer = load_catalogue().layer_of(left[0]).id
    return GROUPS.index(layer) + 1 if layer in LAYERS else UNKNOWN
