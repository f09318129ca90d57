"""The laws that every row of a log obeys, and that every file of a world keeps."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from etl.catalogue import load_catalogue
from etl.contract import SLOT_SEPARATOR, Evaluation, Outcome
from synthetic_data.decks import Array
from synthetic_data.evidence.chance import is_far
from synthetic_data.evidence.rows import DAY, MISSING, Rows, midnight
from synthetic_data.gates import Gate
from synthetic_data.log import UNSPECIFIED

Tally = tuple[int, int]
"""How many were checked, and how many of them break the law."""


@dataclass(frozen=True)
class Law:
    """A sentence that holds when nothing breaks it; nothing checked is nothing broken."""

    name: str
    checked: int
    broken: int

    @property
    def holds(self) -> bool:
        return self.broken == 0


class Ledger:
    """Adds up what was checked and what was broken, law by law."""

    def __init__(self) -> None:
        self._checked: Counter[str] = Counter()
        self._broken: Counter[str] = Counter()
        self._lost = np.zeros(2, dtype=np.int64)

    def note(self, name: str, tally: Tally) -> None:
        self._checked[name] += tally[0]
        self._broken[name] += tally[1]

    def note_reasons(self, refusals: int, silent: int) -> None:
        """The recorder loses a few, of each refusal alike: more than usual on a day, or in all, are too many."""
        self._lost += refusals, silent
        self.note(WITH_A_REASON, (refusals, silent * _is_much(silent, refusals)))
        if not self._broken[WITH_A_REASON] and _is_much(int(self._lost[1]), int(self._lost[0])):
            self.note(WITH_A_REASON, (0, int(self._lost[1])))

    def laws(self) -> tuple[Law, ...]:
        return tuple(Law(name, self._checked[name], self._broken[name]) for name in self._checked)


WITH_A_REASON = "a refusal has a reason, but for the few that the recorder loses"


def _is_much(silent: int, refusals: int) -> bool:
    return silent > refusals * UNSPECIFIED and is_far(silent, refusals, UNSPECIFIED)


def check_rows(ledger: Ledger, rows: Rows) -> None:
    is_silent = rows.is_refused & (rows.texts["reason_codes"].codes < 0)
    ledger.note_reasons(int(rows.is_refused.sum()), int(is_silent.sum()))
    for name, law in ROW_LAWS.items():
        ledger.note(name, law(rows))


def tally(is_checked: Array, is_broken: Array) -> Tally:
    return int(is_checked.sum()), int((is_checked & is_broken).sum())


def _unique(rows: Rows) -> Tally:
    return len(rows), len(rows) - len(rows.index) + ("" in rows.index)


def _on_its_day(rows: Rows) -> Tally:
    first = midnight(rows.day)
    return len(rows), int(((rows.at < first) | (rows.at >= first + DAY)).sum())


def _in_time(rows: Rows) -> Tally:
    return len(rows), int((np.diff(rows.at) < 0).sum())


def _with_an_outcome(rows: Rows) -> Tally:
    return len(rows), int((~rows.texts["outcome"].is_in(list(Outcome))).sum())


def _only_refusals(rows: Rows) -> Tally:
    return tally(~rows.is_refused, rows.texts["reason_codes"].codes >= 0)


def _in_order(rows: Rows) -> Tally:
    return tally(rows.texts["reason_codes"].codes >= 0, ~rows.texts["reason_codes"].are(_is_in_order))


def _alone(rows: Rows) -> Tally:
    reasons = rows.texts["reason_codes"]
    is_first_fail = rows.texts["evaluation"].is_in([Evaluation.FIRST_FAIL])
    is_alone = (reasons.codes < 0) | reasons.are(_is_a_failure_alone)
    return tally(reasons.are(has_a_failure) | is_first_fail, ~(rows.is_refused & is_first_fail & is_alone))


def _decided_later(rows: Rows) -> Tally:
    return tally(rows.decided_at != MISSING, rows.decided_at < rows.at)


ROW_LAWS: Mapping[str, Callable[[Rows], Tally]] = {
    "attempt ids are unique within a day": _unique,
    "an attempt is in the file of its day": _on_its_day,
    "attempts stand in the order of time": _in_time,
    "each outcome is one of the contract": _with_an_outcome,
    "only refusals carry reasons": _only_refusals,
    "reasons stand in the order of the waterfall, the primary one first and none twice": _in_order,
    "behind a technical failure nothing else is listed or evaluated": _alone,
    "nothing is decided before it is attempted": _decided_later,
}


@cache
def _places() -> dict[str, int]:
    """The place in the waterfall of each code that has one."""
    catalogue = load_catalogue()
    order = list(catalogue.gates)
    return {code: order.index(reason.gate) for code, reason in catalogue.reasons.items() if reason.gate in order}


@cache
def _failures() -> frozenset[str]:
    return frozenset(code for code, reason in load_catalogue().reasons.items() if reason.gate == Gate.TECHNICAL)


@lru_cache(maxsize=65_536)
def _is_in_order(text: str) -> bool:
    codes = text.split(SLOT_SEPARATOR)
    places = [_places()[code] for code in codes if code in _places()]
    return places == sorted(places) and len(set(codes)) == len(codes)


@lru_cache(maxsize=65_536)
def has_a_failure(text: str) -> bool:
    return not _failures().isdisjoint(text.split(SLOT_SEPARATOR))


def _is_a_failure_alone(text: str) -> bool:
    """A code that no catalogue knows may be one."""
    return text in _failures() or (text not in _places() and SLOT_SEPARATOR not in text)
