"""The laws of the truth: retries follow refusals, causes are in scope and time, counts are those of the rows."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.contract import SLOT_SEPARATOR
from synthetic_data.decks import Array
from synthetic_data.evidence.home import WorldFiles
from synthetic_data.evidence.laws import Ledger
from synthetic_data.evidence.rows import Rows, micros
from synthetic_data.incidents import Incident

MOST_TRIES = 4

NUMBERED = f"tries are numbered 1 to {MOST_TRIES} without a gap, from a root at most a day before"
FOLLOWS = "a retry comes after the refusal before it"
CAUSED = "the truth names refusals of the log, in the scope and time of their incident"
COUNTED = "incidents.json counts the rows of the truth"

COUNTS = {"refusals_caused": "refused", "attempts_induced": "induced"}
"""What incidents.json tells of each incident, by the role of the rows that it counts."""

Moment = tuple[int, bool]
"""When an attempt was made, and whether it was refused."""
Name = tuple[str, int]
"""The root of an episode, and the number of a try in it."""


class TruthLaws:
    """Sees the days in order and remembers one of them: an episode may go on past midnight."""

    def __init__(self, world: WorldFiles, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger
        self._incidents = {incident.id: incident for incident in world.incidents}
        self._log: dict[str, Moment] = {}
        self._names: dict[Name, str] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, rows: Rows, truth: pd.DataFrame, labelled: frozenset[str]) -> None:
        """A day's rows and truth; what is told of a labelled row is left out."""
        log, names = _moments(rows), _names(truth)
        both, chains = self._log | log, names | self._names
        for id, name in _retries(truth):
            before = name[0] if name[1] == 2 else chains.get((name[0], name[1] - 1), "")
            if labelled.isdisjoint((id, name[0], before)):
                self._check_retry(id, name, before, both, is_twice=chains[name] != id)
        self._check_causes(truth, rows, labelled)
        self._log, self._names = log, names

    def finish(self) -> None:
        """Compares the counts; a world whose truth tells of no attempt has none."""
        for told in self._world.told if self._counts else ():
            for name, role in COUNTS.items():
                if name in told:
                    self._ledger.note(COUNTED, (1, int(told[name] != self._counts[told["id"], role])))

    def _check_retry(self, id: str, name: Name, before: str, log: dict[str, Moment], *, is_twice: bool) -> None:
        is_known = id in log and name[0] in log and before in log
        is_numbered = 2 <= name[1] <= MOST_TRIES and is_known and not is_twice
        self._ledger.note(NUMBERED, (1, int(not is_numbered)))
        if is_known:
            at, was_refused = log[before]
            self._ledger.note(FOLLOWS, (1, int(not was_refused or log[id][0] < at)))

    def _check_causes(self, truth: pd.DataFrame, rows: Rows, labelled: frozenset[str]) -> None:
        places = {id: place for place, id in enumerate(rows.ids)}
        caused = truth.dropna(subset=["incident_id"])
        for (names, role), group in caused.groupby(["incident_id", "role"]):
            self._counts[str(names), str(role)] += len(group)
            if role == "induced":
                continue
            told = [(places.get(id, -1), number > 1) for id, number in _numbered(group) if id not in labelled]
            here = np.array([found for found in told if found[0] >= 0], dtype=np.int64).reshape(-1, 2)
            is_right = self._are_hit(rows.at_places(here[:, 0]), here[:, 1] > 0, str(names).split(SLOT_SEPARATOR))
            self._ledger.note(CAUSED, (len(told), len(told) - int(is_right.sum())))

    def _are_hit(self, rows: Rows, is_retry: Array, names: list[str]) -> Array:
        """Refused in the scope of each incident, as far as the log tells, and in its time.

        A retry may suffer later from what was refused earlier: it asks for another amount than it would have.
        """
        is_right = rows.is_refused.copy()
        for name in names:
            incident = self._incidents.get(name)
            is_right &= _is_hit(rows, is_retry, incident) if incident else False
        return is_right


def _is_hit(rows: Rows, is_retry: Array, incident: Incident) -> Array:
    scope = {name: (*values, "") if name == "region" else values for name, values in incident.scope.items()}
    is_in_time = rows.between(incident.start, incident.end) | (is_retry & (rows.at >= micros(incident.start)))
    return rows.in_scope(scope) & is_in_time


def _moments(rows: Rows) -> dict[str, Moment]:
    return dict(zip(rows.ids, zip(rows.at.tolist(), rows.is_refused.tolist(), strict=True), strict=True))


def _retries(truth: pd.DataFrame) -> Iterator[tuple[str, Name]]:
    """Each retry once, however many incidents touched it."""
    columns = (truth[name].tolist() for name in ("attempt_id", "root_attempt_id", "attempt_number"))
    for id, root, number in dict.fromkeys(zip(*columns, strict=True)):
        if number != 1:
            yield id, (root, number)


def _names(truth: pd.DataFrame) -> dict[Name, str]:
    return {name: id for id, name in _retries(truth)}


def _numbered(truth: pd.DataFrame) -> Iterator[tuple[str, int]]:
    return zip(truth["attempt_id"].tolist(), truth["attempt_number"].tolist(), strict=True)
