"""How an attempt ends: dice against chances, what an incident adds, and which incident alone caused the refusal."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from etl.contract import Outcome
from synthetic_data.attempts import Attempts
from synthetic_data.decks import Array
from synthetic_data.gates import CODES, RULES, Gate, cut_off
from synthetic_data.incidents import CUT_OFF, Incident
from synthetic_data.streams import Streams

OUTCOMES = tuple(Outcome)
APPROVED, REFUSED, WITHDRAWN, PENDING = (
    OUTCOMES.index(outcome) for outcome in (Outcome.APPROVED, Outcome.REFUSED, Outcome.WITHDRAWN, Outcome.PENDING)
)

TECHNICAL_BITS = np.uint64(sum(1 << n for n, rule in enumerate(RULES) if rule.gate is Gate.TECHNICAL))

WITHDRAWN_SHARE = 0.04
PENDING_SHARES = (0.06, 0.015, 0.002)
"""Of the newest day, the one before, and the one before that; everything older is decided."""

NOBODY = -1


@dataclass(frozen=True)
class Decisions:
    """What was decided on each attempt. `bits` holds the recorded reasons, the first rule in the lowest bit."""

    outcome: Array
    bits: Array
    caused_by: Array
    """The position of the incident without which the attempt would have been approved, or `NOBODY`."""

    @cached_property
    def is_refused(self) -> Array:
        is_refused: Array = self.outcome == REFUSED
        return is_refused

    @cached_property
    def is_technical(self) -> Array:
        """A technical failure short-circuits: the gates behind it were not evaluated."""
        is_technical: Array = (self.bits & TECHNICAL_BITS) != 0
        return is_technical


@dataclass(frozen=True)
class Hit:
    """The attempts on which an incident gives reasons of its own."""

    incident: int
    rows: Array
    bits: Array


class Dice:
    """One die per rule and attempt, read with and without an incident: low for the rule, high for the incident."""

    FACES = 65_536

    def __init__(self, streams: Streams, attempts: Attempts) -> None:
        self._streams = streams
        self._day = attempts.day.toordinal()
        self._count = len(attempts)

    def is_below(self, code: str, chance: Array | float) -> Array:
        """Where the rule refuses by itself."""
        threshold: Array = np.float32(self.FACES) * np.asarray(chance, dtype=np.float32)
        return self._of(code) < threshold

    def is_above(self, code: str, rows: Array, chance: Array) -> Array:
        """Where an incident makes it refuse, among `rows`."""
        return self._of(code)[rows] >= self.FACES * (1 - chance)

    def _of(self, code: str) -> Array:
        """Four dice from every 64 random bits: a third of the time of drawing them one by one."""
        words = self._streams.of(f"rule {code}", self._day).bit_generator.random_raw(self._count // 4 + 1)
        return words.view(np.uint16)[: self._count]


def decide(streams: Streams, attempts: Attempts, incidents: tuple[Incident, ...], last_day: date) -> Decisions:
    """Evaluates the gates once in calm and once with every incident, on the same dice."""
    dice = Dice(streams, attempts)
    calm = calm_bits(dice, attempts)
    hits = [hit for n, incident in enumerate(incidents) if (hit := _hit(dice, attempts, n, incident)) is not None]
    bits = calm.copy()
    for hit in hits:
        bits[hit.rows] |= hit.bits
    outcome = _outcome(streams, bits, attempts.day, last_day)
    bits[outcome != REFUSED] = 0
    caused_by = _caused_by(calm, hits)
    caused_by[outcome != REFUSED] = NOBODY
    return Decisions(outcome, _recorded(bits), caused_by)


def calm_bits(dice: Dice, attempts: Attempts) -> Array:
    """Every rule that refuses each attempt when nothing goes wrong."""
    bits = np.zeros(len(attempts), dtype=np.uint64)
    for n, rule in enumerate(RULES):
        refused = np.flatnonzero(dice.is_below(rule.code, rule.chance(attempts)))
        bits[refused] |= np.uint64(1 << n)
    return bits


def _hit(dice: Dice, attempts: Attempts, number: int, incident: Incident) -> Hit | None:
    if not incident.touches(attempts.day, attempts.day):
        return None
    rows = incident.rows(attempts)
    strength = incident.strength(attempts, rows)
    bits = np.zeros(len(rows), dtype=np.uint64)
    for name, effect in incident.effect.items():
        if name == CUT_OFF:
            is_hit = _below_raised_line(attempts, rows, effect * strength)
        else:
            is_hit = dice.is_above(name, rows, effect * strength)
        code = "U101" if name == CUT_OFF else name
        bits[is_hit] |= np.uint64(1 << CODES.index(code))
    return Hit(number, rows[bits != 0], bits[bits != 0])


def _below_raised_line(attempts: Attempts, rows: Array, points: Array) -> Array:
    line, score = cut_off(attempts)[rows], attempts.score[rows]
    return (score >= line) & (score < line + points)


def _caused_by(calm: Array, hits: list[Hit]) -> Array:
    """An incident caused a refusal when nothing else gives a reason: not the calm rules, not another incident."""
    others = np.zeros(len(calm), dtype=np.uint8)
    for hit in hits:
        others[hit.rows] += 1
    caused = np.full(len(calm), NOBODY, dtype=np.int8)
    for hit in hits:
        alone = hit.rows[(calm[hit.rows] == 0) & (others[hit.rows] == 1)]
        caused[alone] = hit.incident
    return caused


def _outcome(streams: Streams, bits: Array, day: date, last_day: date) -> Array:
    """Some leave before the decision, some of the newest are not decided yet; reasons refuse the others."""
    outcome = np.where(bits != 0, np.uint8(REFUSED), np.uint8(APPROVED))
    age = (last_day - day).days
    pending = PENDING_SHARES[age] if age < len(PENDING_SHARES) else 0.0
    patience = streams.of("patience", day.toordinal()).random(len(bits), dtype=np.float32)
    outcome[patience < WITHDRAWN_SHARE] = WITHDRAWN
    outcome[patience > 1 - pending] = PENDING
    return outcome


def _recorded(bits: Array) -> Array:
    """Behind a technical failure nothing is evaluated: only the first technical reason is on record."""
    technical = bits & TECHNICAL_BITS
    lowest: Array = technical & (~technical + np.uint64(1))
    return np.where(technical != 0, lowest, bits)
