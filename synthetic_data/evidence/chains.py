"""The laws of the truth: retries follow refusals, causes are in scope and time, counts are those of the rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from synthetic_data.counterfactual import Role
from synthetic_data.decks import Array
from synthetic_data.evidence.home import WorldFiles
from synthetic_data.evidence.laws import Ledger
from synthetic_data.evidence.rows import Rows, micros
from synthetic_data.evidence.sums import Counted
from synthetic_data.incidents import JOINT, Incident
from synthetic_data.retries import MOST_TRIES

NUMBERED = f"tries are numbered 1 to {MOST_TRIES} without a gap, from a root at most a day before"
FOLLOWS = "a retry comes after the refusal before it"
CAUSED = "the truth names refusals of the log, in the scope and time of their incident"

Moment = tuple[int, bool]
"""When an attempt was made, and whether it was refused."""
Name = tuple[str, int]
"""The root of an episode, and the number of a try in it."""


@dataclass(frozen=True)
class Moments:
    """When each attempt of a day was made, and whether it was refused."""

    index: Mapping[str, int] = field(default_factory=dict)
    at: Array = field(default_factory=lambda: np.empty(0))
    is_refused: Array = field(default_factory=lambda: np.empty(0))

    def of(self, id: str) -> Moment | None:
        place = self.index.get(id)
        return None if place is None else (int(self.at[place]), bool(self.is_refused[place]))


class TruthLaws:
    """Sees the days in order and remembers one of them: an episode may go on past midnight."""

    def __init__(self, world: WorldFiles, ledger: Ledger) -> None:
        self._world = world
        self._ledger = ledger
        self._incidents = {incident.id: incident for incident in world.incidents}
        self._yesterday = Moments()
        self._names: dict[Name, str] = {}
        self.counts: defaultdict[str, Counted] = defaultdict(Counted)

    def add(self, rows: Rows, truth: pd.DataFrame, labelled: frozenset[str]) -> None:
        """A day's rows and truth; what is told of a labelled row is left out."""
        today, names = Moments(rows.index, rows.at, rows.is_refused), _names(truth)
        chains = names | self._names
        for id, name in _retries(truth):
            before = name[0] if name[1] == 2 else chains.get((name[0], name[1] - 1), "")
            if labelled.isdisjoint((id, name[0], before)):
                found = [today.of(one) or self._yesterday.of(one) for one in (id, before, name[0])]
                self._check_retry(name, found, is_twice=chains[name] != id)
        self._check_causes(truth, rows, labelled)
        self._yesterday, self._names = today, names

    def _check_retry(self, name: Name, found: list[Moment | None], *, is_twice: bool) -> None:
        """`found` are the try, the one before it and the root, as far as the log has them."""
        try_, before, root = found
        is_numbered = 2 <= name[1] <= MOST_TRIES and None not in found and not is_twice
        self._ledger.note(NUMBERED, (1, int(not is_numbered)))
        if try_ and before and root:
            self._ledger.note(FOLLOWS, (1, int(not before[1] or try_[0] < before[0])))

    def _check_causes(self, truth: pd.DataFrame, rows: Rows, labelled: frozenset[str]) -> None:
        """What is told of each incident, or of several together."""
        caused = truth[truth["incident_id"].notna()]
        if not len(caused):
            return
        is_unknown_role = ~caused["role"].isin(list(Role))
        self._ledger.note(CAUSED, (int(is_unknown_role.sum()),) * 2)
        for (names, role), group in caused[~is_unknown_role].groupby(["incident_id", "role"]):
            is_refused = role == Role.REFUSED
            told = group if is_refused else group.drop_duplicates("attempt_id")
            places = rows.places(told["attempt_id"])
            self.counts[str(names)].add(Role(str(role)), rows.at_places(places[places >= 0]), len(told))
            if is_refused:
                self._check_refused(told, places, rows, labelled, str(names).split(JOINT))

    def _check_refused(
        self, told: pd.DataFrame, places: Array, rows: Rows, labelled: frozenset[str], names: list[str]
    ) -> None:
        is_here = places >= 0
        is_asked = is_here | ~told["attempt_id"].isin(labelled).to_numpy()
        is_retry = told["attempt_number"].to_numpy()[is_here] > 1
        is_right = self._are_hit(rows.at_places(places[is_here]), is_retry, names)
        self._ledger.note(CAUSED, (int(is_asked.sum()), int(is_asked.sum() - is_right.sum())))

    def _are_hit(self, rows: Rows, is_retry: Array, names: list[str]) -> Array:
        """Refused in the scope and time of an incident, as far as the log tells; of several, of one at least.

        A retry may suffer later from what was refused earlier: it asks for another amount than it would have.
        """
        incidents = [self._incidents[name] for name in names if name in self._incidents]
        hits = [_is_hit(rows, is_retry, incident) for incident in incidents]
        is_right: Array = rows.is_refused & np.any([np.zeros(len(rows), dtype=bool), *hits], axis=0)
        return is_right if len(hits) == len(names) else np.zeros(len(rows), dtype=bool)


def _is_hit(rows: Rows, is_retry: Array, incident: Incident) -> Array:
    scope = {name: (*values, "") if name == "region" else values for name, values in incident.scope.items()}
    is_in_time = rows.between(incident.start, incident.end) | (is_retry & (rows.at >= micros(incident.start)))
    return rows.in_scope(scope) & is_in_time


def _retries(truth: pd.DataFrame) -> Iterator[tuple[str, Name]]:
    """Each retry once, however many incidents touched it."""
    columns = (truth[name].tolist() for name in ("attempt_id", "root_attempt_id", "attempt_number"))
    for id, root, number in dict.fromkeys(zip(*columns, strict=True)):
        if number != 1:
            yield id, (root, number)


def _names(truth: pd.DataFrame) -> dict[Name, str]:
    return {name: id for id, name in _retries(truth)}
