"""How tries end: dice against the chances of calm times, and what the incidents add, on the same dice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from etl.contract import Outcome
from synthetic_data.attempts import Attempts
from synthetic_data.decks import FACES, Array
from synthetic_data.dice import Dice, faces
from synthetic_data.gates import CHANGEABLE, CODES, LASTING_BITS, RULES, TRANSIENT, Gate, bits_of, cut_off
from synthetic_data.incidents import CUT_OFF, Incident, code_of

OUTCOMES = tuple(Outcome)
APPROVED, REFUSED, WITHDRAWN, PENDING = (
    OUTCOMES.index(outcome) for outcome in (Outcome.APPROVED, Outcome.REFUSED, Outcome.WITHDRAWN, Outcome.PENDING)
)

TECHNICAL_BITS = bits_of(Gate.TECHNICAL)
FRESH = (*(f"rule {code}" for code in TRANSIENT), "patience", "tries again", "waits")
"""The concerns that have a die of their own at each try; all others keep that of the episode."""

WITHDRAWN_SHARE = 0.04
PENDING_SHARES = (0.06, 0.015, 0.002)
"""Of the newest day, the one before, and the one before that; everything older is decided."""


@dataclass(frozen=True)
class Tries:
    """Tries of the same number in their episodes, in order of time, and how their dice fall.

    `lasting` are the calm reasons that an earlier try of the episode found already and that do not change.
    """

    attempts: Attempts
    episodes: Array
    dice: Dice
    number: int = 1
    lasting: Array | None = None

    def __len__(self) -> int:
        return len(self.attempts)

    def take(self, rows: Array) -> "Tries":
        lasting = None if self.lasting is None else self.lasting.take(rows)
        return replace(self, attempts=self.attempts.take(rows), episodes=self.episodes.take(rows), lasting=lasting)

    def roll(self, concern: str) -> Array:
        """The dice of a concern: fresh for each try, or the same for all tries of an episode."""
        if self.number > 1 and concern in self._again:
            return self._again[concern]
        dice = self.dice.first(concern)
        return dice if self.number == 1 and len(self) == len(dice) else dice.take(self.episodes)

    @cached_property
    def _again(self) -> dict[str, Array]:
        return self.dice.again(FRESH, self.episodes, self.number)

    @cached_property
    def calm(self) -> Array:
        """Every rule that refuses each try when nothing goes wrong."""
        asked = dict(enumerate(RULES)) if self.lasting is None else CHANGEABLE
        bits = np.zeros(len(self), dtype=np.uint64) if self.lasting is None else self.lasting & LASTING_BITS
        for n, rule in asked.items():
            refused = (self.roll(f"rule {rule.code}") < rule.faces(self.attempts)).nonzero()[0]
            bits[refused] |= np.uint64(1 << n)
        return bits

    def judged(self, incidents: Mapping[int, Incident]) -> tuple[Array, Array]:
        """The reasons against each try, and the incidents (a bit each) that gave reasons of their own."""
        bits, fired = self.calm.copy(), np.zeros(len(self), dtype=np.uint64)
        for number, incident in incidents.items():
            rows, added = self._hit(incident)
            bits[rows] |= added
            fired[rows] |= np.uint64(1 << number)
        return bits, fired

    def _hit(self, incident: Incident) -> tuple[Array, Array]:
        """The tries on which an incident gives reasons of its own, and those reasons."""
        rows = incident.rows(self.attempts)
        strength = incident.strength(self.attempts, rows)
        bits = np.zeros(len(rows), dtype=np.uint64)
        for name, effect in incident.effect.items():
            bits[self._is_hit(name, rows, effect * strength)] |= np.uint64(1 << CODES.index(code_of(name)))
        return rows[bits != 0], bits[bits != 0]

    def _is_hit(self, name: str, rows: Array, size: Array) -> Array:
        """A rule refuses by itself where its die is low, and because of an incident where it is high."""
        if name == CUT_OFF:
            line, score = cut_off(self.attempts)[rows], self.attempts.score[rows]
            return (score >= line) & (score < line + size)
        is_high: Array = self.roll(f"rule {name}")[rows] >= FACES * (1 - size)
        return is_high

    def outcome(self, bits: Array, last_day: date) -> Array:
        """Some leave before the decision, some of the newest are not decided yet; reasons refuse the others."""
        outcome = np.where(bits != 0, np.uint8(REFUSED), np.uint8(APPROVED))
        age = (last_day - self.attempts.day).days
        patience = self.roll("patience")
        outcome[patience < faces(WITHDRAWN_SHARE)] = WITHDRAWN
        if age < len(PENDING_SHARES):
            outcome[patience >= FACES - int(faces(PENDING_SHARES[age]))] = PENDING
        return outcome


@dataclass(frozen=True)
class Round:
    """What became of tries. `bits` holds the recorded reasons of a refusal, `fired` the incidents that gave one."""

    tries: Tries
    bits: Array
    fired: Array
    outcome: Array


def decide(tries: Tries, incidents: Mapping[int, Incident], last_day: date) -> Round:
    """Judges tries at all gates; who leaves or waits has no reasons on record."""
    bits, fired = tries.judged(incidents)
    outcome = tries.outcome(bits, last_day)
    is_refused = outcome == REFUSED
    return Round(tries, _recorded(bits * is_refused), fired * is_refused, outcome)


def _recorded(bits: Array) -> Array:
    """Behind a technical failure nothing is evaluated: only the first technical reason is on record."""
    technical = bits & TECHNICAL_BITS
    lowest: Array = technical & (~technical + np.uint64(1))
    return np.where(technical != 0, lowest, bits)
