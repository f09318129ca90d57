"""The laws of the labels: about as many rows are spoiled as were meant to be, and each shows what its label says."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synthetic_data.decks import Array
from synthetic_data.evidence.chance import is_far
from synthetic_data.evidence.home import DayFiles, WorldFiles
from synthetic_data.evidence.laws import Ledger
from synthetic_data.evidence.rows import DAY, MISSING, Coded, Rows, coded, midnight, read_columns
from synthetic_data.mess import FULL_WIDTH, STRAY_CODES, Mess
from synthetic_data.places import load_places

AS_MANY = "as many rows are labelled as the world spoils, but for chance"
SEEN = "a spoiled row shows what its label says"

FULL_WIDTH_DIGITS = frozenset(map(chr, FULL_WIDTH.values()))
A_MINUTE = DAY // (24 * 60)
"""Within it a machine has decided; a clock that is wrong is so by minutes."""
MOST_UNSEEN = 0.1
"""Of the clocks that are wrong, how many may not show: a person who takes an hour hides some."""


@dataclass(frozen=True)
class Spoilt:
    """The labelled rows of a day's file, with what only they are asked for."""

    rows: Rows
    kinds: Array
    city: Coded
    amount: Coded


class LabelLaws:
    """Sees the days in order: a row that came late lies in the file after the one of its day."""

    def __init__(self, world: WorldFiles, ledger: Ledger) -> None:
        self._advice, self._share = world.manifest.advice, world.manifest.dirty
        self._ledger = ledger
        self._late: frozenset[str] = frozenset()
        self._rows = self._labels = 0

    def add(self, files: DayFiles) -> None:
        by_kind = Counter(files.labels.values())
        late = frozenset(id for id, kind in files.labels.items() if kind == Mess.LATE)
        if files.rows is not None:
            written = len(files.rows) + len(late) - by_kind[Mess.DUPLICATE] - len(self._late)
            self._note_share(written, len(files.labels))
            self._rows, self._labels = self._rows + written, self._labels + len(files.labels)
            if files.labels or self._late:
                self._check_seen(files.rows, self._spoilt(files, files.rows), by_kind)
        self._late = late

    def finish(self) -> None:
        self._note_share(self._rows, self._labels)

    def _note_share(self, rows: int, labels: int) -> None:
        self._ledger.note(AS_MANY, (1, int(is_far(labels, rows, self._share))))

    def _spoilt(self, files: DayFiles, rows: Rows) -> Spoilt:
        places = np.flatnonzero(np.isin(rows.ids, [*files.labels]))
        table = read_columns(files.log, files.data, ("city", "amount_requested"), self._advice)
        city, amount = (coded(table[name].take(pa.array(places))) for name in table.column_names)
        kinds = np.array([files.labels[id] for id in rows.ids[places]], dtype=object)
        return Spoilt(rows.at_places(places), kinds, city, amount)

    def _check_seen(self, rows: Rows, spoilt: Spoilt, by_kind: Mapping[str, int]) -> None:
        """Each label by itself; of clocks that are wrong, whether most show."""
        came = np.isin(rows.ids, [*self._late]) & (rows.at < midnight(rows.day))
        self._ledger.note(SEEN, (len(self._late), len(self._late) - int(came.sum())))
        for kind, count in by_kind.items():
            if kind in VISIBLE:
                seen = len(set(spoilt.rows.ids[(spoilt.kinds == kind) & VISIBLE[kind](spoilt)]))
                self._ledger.note(SEEN, (count, count - seen))
            elif kind == Mess.CLOCK_SKEW:
                is_decided = (spoilt.kinds == kind) & (spoilt.rows.decided_at != MISSING)
                unseen = int((is_decided & ~_is_wrong_by_minutes(spoilt)).sum())
                is_hidden = unseen > 1 + MOST_UNSEEN * int(is_decided.sum())
                self._ledger.note(SEEN, (count, unseen * is_hidden))
            elif kind != Mess.LATE:
                self._ledger.note(SEEN, (count, count))


def _is_wrong_by_minutes(spoilt: Spoilt) -> Array:
    took = spoilt.rows.decided_at - spoilt.rows.at
    is_wrong: Array = (took < 0) | (took > A_MINUTE)
    return is_wrong


def _is_twice(spoilt: Spoilt) -> Array:
    _, number, count = np.unique(spoilt.rows.ids, return_inverse=True, return_counts=True)
    is_twice: Array = count[number] == 2
    return is_twice


def _is_nowhere(spoilt: Spoilt) -> Array:
    is_nowhere: Array = (spoilt.rows.texts["region"].codes < 0) & (spoilt.city.codes < 0)
    return is_nowhere


def _is_stray(spoilt: Spoilt) -> Array:
    return spoilt.rows.texts["reason_codes"].is_in(STRAY_CODES)


def _is_garbled(spoilt: Spoilt) -> Array:
    known = frozenset(load_places().cities)
    return spoilt.city.are(lambda city: city not in known)


VISIBLE: Mapping[str, Callable[[Spoilt], Array]] = {
    Mess.DUPLICATE: _is_twice,
    Mess.MISSING_REGION: _is_nowhere,
    Mess.UNKNOWN_CODE: _is_stray,
    Mess.MOJIBAKE: _is_garbled,
    Mess.CURRENCY_AMOUNT: lambda spoilt: spoilt.amount.are(lambda text: text.startswith("¥")),
    Mess.FULL_WIDTH_AMOUNT: lambda spoilt: spoilt.amount.are(FULL_WIDTH_DIGITS.issuperset),
}
"""How a kind of mess shows by itself, in each row."""
