"""Whether what the calendar moves is moved alike each time: one gray ring like the others, one month like the next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from etl.contract import SLOT_SEPARATOR
from synthetic_data.decks import Array
from synthetic_data.evidence.chance import as_normal, overdispersion, ratio, skew, two_sided
from synthetic_data.evidence.laws import has_a_failure
from synthetic_data.evidence.moves import MOVES, Move
from synthetic_data.evidence.rows import Rows
from synthetic_data.evidence.weeks import FEWEST_EXPECTED, Week

CALENDAR = "calendar"


@dataclass(frozen=True)
class Tallied:
    """Of one day: which window it is part of, the attempts there, and those that got the reason."""

    day: int
    window: int
    tries: int
    hits: int


class Seasons:
    """Counts, day by day and where it moves something, whom the calendar moves."""

    def __init__(self) -> None:
        self._tallied: dict[Move, list[Tallied]] = {move: [] for move in MOVES}

    def add(self, rows: Rows, is_calm: Array) -> None:
        """Where a technical failure hid what comes behind it, nothing can be said of that."""
        failed = rows.texts["reason_codes"].are(has_a_failure)
        for move, tallied in self._tallied.items():
            is_hit = rows.texts["reason_codes"].are(partial(_has_one_of, move.codes))
            is_in = move.is_moved(rows) & is_calm & (is_hit | ~failed)
            window = move.window(rows)[is_in]
            for number in np.unique(window):
                hits = is_hit[is_in][window == number]
                tallied.append(Tallied(rows.day.toordinal(), int(number), len(hits), int(hits.sum())))

    def weeks(self) -> Iterator[Week]:
        """Each window against all others; with fewer than three nobody knows which is odd."""
        for move, tallied in self._tallied.items():
            if len({one.window for one in tallied}) > 2:
                yield from _tests(move, tallied)


def _has_one_of(codes: frozenset[str], text: str) -> bool:
    return not codes.isdisjoint(text.split(SLOT_SEPARATOR))


def _tests(move: Move, tallied: list[Tallied]) -> Iterator[Week]:
    tries, hits = (np.array([getattr(one, name) for one in tallied], dtype=float) for name in ("tries", "hits"))
    window = np.array([one.window for one in tallied])
    for number in np.unique(window):
        is_in = window == number
        others = ~is_in
        rate = float(ratio(hits[others].sum(), tries[others].sum()))
        expected, found, count = rate * tries[is_in].sum(), hits[is_in].sum(), tries[is_in].sum()
        if min(max(expected, found), hits[others].sum()) < FEWEST_EXPECTED:
            continue
        noise = rate * (1 - rate)
        spread, freedom = overdispersion((hits - rate * tries)[others] ** 2, (tries * noise)[others])
        error = np.sqrt(max(1.0, float(spread)) * noise * (1 / count + 1 / tries[others].sum()))
        effect = found / count - rate
        score = as_normal(effect / error * skew(found, expected, count), freedom)
        first = min(one.day for one in tallied if one.window == number)
        value, code = f"{move.who} {move.words(int(number))}", "/".join(sorted(move.codes))
        p = two_sided(np.atleast_1d(score))[0]
        yield Week(CALENDAR, value, code, date.fromordinal(first), float(effect), float(score), float(p))
