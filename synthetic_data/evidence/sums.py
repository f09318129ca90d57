"""The laws of the sums: days add up to the whole, and what the rows of the truth can tell is what they tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from synthetic_data.comparison import NET, Sums
from synthetic_data.counterfactual import Role
from synthetic_data.evidence.home import WorldFiles
from synthetic_data.evidence.laws import Ledger
from synthetic_data.evidence.papers import SUM_NAMES
from synthetic_data.evidence.rows import Rows
from synthetic_data.incidents import ALL
from synthetic_data.world import LARGEST_AMOUNT, SMALLEST_AMOUNT

ADDED_UP = "incidents.json, overlaps.json and total.json add up the days of the journal"
WHOLE = "what incidents and their overlaps did adds up to the whole"
COUNTED = "incidents.json counts the rows of the truth, and their money in the log"

Bounds = tuple[int, int]


@dataclass
class Counted:
    """The rows of the truth about one incident, and what of them the log shows: some rows or amounts are lost."""

    caused: int = 0
    induced: int = 0
    refused: int = 0
    unknown: int = 0
    amount: int = 0
    unpriced: int = 0

    def add(self, role: Role, rows: Rows, told: int) -> None:
        """`rows` are those of the log, `told` all that the truth names."""
        if role is Role.INDUCED:
            self.induced += told
            self.refused += int(rows.is_refused.sum())
            self.unknown += told - len(rows)
        else:
            self.caused += told
            self.amount += int(rows.amount.sum())
            self.unpriced += told - int((rows.amount > 0).sum())

    @property
    def bounds(self) -> Mapping[str, Bounds]:
        """Between which numbers each sum lies."""
        return {
            "refusals_caused": (self.caused, self.caused),
            "attempts_induced": (self.induced, self.induced),
            "refusals_induced": (self.refused, self.refused + self.unknown),
            "amount_caused": (
                self.amount + self.unpriced * SMALLEST_AMOUNT,
                self.amount + self.unpriced * LARGEST_AMOUNT,
            ),
        }


def check_sums(ledger: Ledger, world: WorldFiles, counts: Mapping[str, Counted]) -> None:
    told = {**{incident.id: sums for incident, sums in world.told}, **world.overlaps}
    days = _of_days(world)
    for name in {**told, **days, ALL: world.total}:
        one = world.total if name == ALL else told.get(name)
        ledger.note(ADDED_UP, (len(SUM_NAMES), _differing(one, days.get(name, Sums()))))
    parts = sum(told.values(), Sums())
    ledger.note(WHOLE, (len(NET), sum(getattr(parts, name) != getattr(world.total, name) for name in NET)))
    for name in {**told, **counts}:
        ledger.note(COUNTED, _tally(told.get(name), counts.get(name, Counted())))


def _of_days(world: WorldFiles) -> dict[str, Sums]:
    sums: dict[str, Sums] = {}
    for noted in world.journal.values():
        for name, added in noted.sums.items():
            sums[name] = sums.get(name, Sums()) + added
    return sums


def _differing(one: Sums | None, other: Sums) -> int:
    """An incident that nobody tells of differs in everything."""
    if one is None:
        return len(SUM_NAMES)
    return sum(getattr(one, name) != getattr(other, name) for name in SUM_NAMES)


def _tally(told: Sums | None, counted: Counted) -> tuple[int, int]:
    bounds = counted.bounds
    if told is None:
        return len(bounds), len(bounds)
    return len(bounds), sum(not low <= getattr(told, name) <= high for name, (low, high) in bounds.items())
