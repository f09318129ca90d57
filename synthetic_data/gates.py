"""The decision engine: every reason's chance on an attempt, in the order of the waterfall."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from synthetic_data.applicants import LOW_TIER
from synthetic_data.attempts import Attempts
from synthetic_data.decks import Array
from synthetic_data.dice import faces
from synthetic_data.places import OUTSIDE_THE_MAINLAND, load_places
from synthetic_data.world import ANDROID, CASH_LOAN, CREDIT_LINE, MERCHANT_LOAN, PARTNER_D, PRODUCTS, WEB


class Gate(StrEnum):
    """In the order of the waterfall. Gates behind a technical failure are not evaluated; all others always are."""

    TECHNICAL = "technical"
    ACCOUNT = "account"
    POLICY = "policy"
    BEHAVIOUR = "behaviour"
    CREDIT = "credit"
    CAPACITY = "capacity"


@dataclass(frozen=True)
class Rule:
    """A reason and its chance on each attempt in calm times: the attempt is refused when its die falls below.

    The chance is in faces of a die (see `dice.faces`), for each attempt or the same for all.
    """

    code: str
    gate: Gate
    faces: Callable[[Attempts], Array]
    may_change: bool = False
    """Whether another hour or amount makes another chance. Technical failures have fresh dice at each try anyway."""


def _always(chance: float) -> Callable[[Attempts], Array]:
    same_for_all = faces(chance)
    return lambda attempts: same_for_all


def _by(attribute: Callable[[Attempts], Array], *chances: float) -> Callable[[Attempts], Array]:
    """A chance for each value of a coded attribute."""
    table = faces(np.array(chances))
    return lambda attempts: table.take(attribute(attempts))


def _by_load(chance: Callable[[Array], Array]) -> Callable[[Attempts], Array]:
    """A chance that depends on how busy the hour is."""
    return lambda attempts: faces(chance(attempts.loads)).take(attempts.slot)


def _when(
    condition: Callable[[Attempts], Array], chance: float | Callable[[Attempts], float]
) -> Callable[[Attempts], Array]:
    """A chance for the attempts that meet a condition, none for the others."""
    if callable(chance):
        return lambda attempts: condition(attempts) * faces(chance(attempts))
    where_met = faces(chance)
    return lambda attempts: condition(attempts) * where_met


def _persona(attempts: Attempts) -> Array:
    return attempts.persona


def _score_band(attempts: Attempts) -> Array:
    """0 below 450, then one for every hundred points."""
    return (attempts.score - 350) // 100


def _is_outside(attempts: Attempts) -> Array:
    return IS_OUTSIDE.take(attempts.region)


IS_OUTSIDE = np.isin(load_places().regions, OUTSIDE_THE_MAINLAND)


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=2)).month != day.month


def is_quarter_end(day: date) -> bool:
    return is_month_end(day) and day.month % 3 == 0


def _is_night(attempts: Attempts) -> Array:
    return attempts.hour < 5


def is_scored(attempts: Attempts) -> Array:
    """Without any credit record there is no score."""
    return attempts.history > 0


def _fell_above_the_line(attempts: Attempts) -> Array:
    """Still good enough, but much worse than last month."""
    return (attempts.score_change < -44) & (attempts.score < 740) & (attempts.score >= cut_off(attempts))


def cut_off(attempts: Attempts) -> Array:
    """The lowest score that the product takes."""
    return CUT_OFFS.take(attempts.product)


CUT_OFFS = np.array([product.cut_off for product in PRODUCTS], dtype=np.int16)
LINES = np.array([product.line for product in PRODUCTS], dtype=np.int32)
MONTHS = np.array([product.months for product in PRODUCTS], dtype=np.float32)


def _debt_to_income(attempts: Attempts) -> Array:
    """Monthly repayments after this loan, as a share of income."""
    instalment = attempts.amount / (MONTHS.take(attempts.product) * attempts.income)
    return instalment.astype(np.float32) + attempts.utilisation * np.float32(0.0016)


def _is_above_line(attempts: Attempts) -> Array:
    return attempts.amount > LINES.take(attempts.product)


NEW, TOO_OLD = 10, 3
"""A version is new in its first days with everybody, and too old when so many newer ones are with everybody."""


def _versions_behind(attempts: Attempts) -> Array:
    return attempts.rollout.newest - attempts.version.astype(np.int16)


RULES: tuple[Rule, ...] = (
    Rule("P301", Gate.TECHNICAL, _by_load(lambda load: np.clip((load - 1) * 0.05, 0, 0.05))),
    Rule("P302", Gate.TECHNICAL, _by_load(lambda load: np.clip((load - 0.6) * 0.02, 0, 0.01))),
    Rule("T101", Gate.TECHNICAL, _by(lambda a: a.tier, 0.0090, 0.0042, 0.0028)),
    Rule("T102", Gate.TECHNICAL, _always(0.0014)),
    Rule("T103", Gate.TECHNICAL, _by(lambda a: a.channel, 0.0012, 0.0012, 0.0002, 0.0, 0.0004)),
    Rule("T201", Gate.TECHNICAL, _by(lambda a: a.partner, 0.0018, 0.0018, 0.0030, 0.0045, 0.0024)),
    Rule("T202", Gate.TECHNICAL, _by_load(lambda load: load * 0.0032)),
    Rule("T301", Gate.TECHNICAL, _when(lambda a: (a.tier == LOW_TIER) & (a.system == ANDROID), 0.0060)),
    Rule("T302", Gate.TECHNICAL, _when(lambda a: (a.tier == LOW_TIER) & (a.version > 0), 0.0060)),
    Rule("T303", Gate.TECHNICAL, _when(lambda a: a.channel == WEB, 0.0180)),
    Rule("T304", Gate.TECHNICAL, _when(lambda a: (a.version > 0) & (_versions_behind(a) >= TOO_OLD), 0.0300)),
    Rule("U301", Gate.ACCOUNT, _by(_persona, 0.0030, 0.0040, 0.0060, 0.0040, 0.0170, 0.0140)),
    Rule("U302", Gate.ACCOUNT, _by(_persona, 0.0140, 0.0420, 0.0290, 0.0190, 0.0160, 0.0350)),
    Rule("U303", Gate.ACCOUNT, _always(0.0003)),
    Rule("U304", Gate.ACCOUNT, _by(_persona, 0.0080, 0.0130, 0.0160, 0.0100, 0.0230, 0.0210)),
    Rule("P101", Gate.POLICY, _when(_is_outside, 0.30)),
    Rule(
        "P102",
        Gate.POLICY,
        _when(lambda a: a.product == MERCHANT_LOAN, lambda a: 0.25 if is_quarter_end(a.day) else 0.006),
    ),
    Rule("P103", Gate.POLICY, _when(lambda a: (a.product == CASH_LOAN) & (a.score < 600), 0.0140)),
    Rule("P201", Gate.POLICY, _when(lambda a: a.is_gray, 0.0300)),
    Rule("P202", Gate.POLICY, _when(lambda a: a.is_gray & (a.hour >= 22), 0.0800), may_change=True),
    Rule("P203", Gate.POLICY, _when(lambda a: (a.version_age >= 0) & (a.version_age < NEW), 0.0080)),
    Rule("U201", Gate.BEHAVIOUR, _by(_persona, 0.0060, 0.0140, 0.0160, 0.0090, 0.0350, 0.0020)),
    Rule("U202", Gate.BEHAVIOUR, _by(_persona, 0.0080, 0.0180, 0.0260, 0.0160, 0.0900, 0.0030)),
    Rule("U203", Gate.BEHAVIOUR, _by(lambda a: a.channel, 0.0050, 0.0050, 0.0140, 0.0090, 0.0300)),
    Rule("U204", Gate.BEHAVIOUR, _by(lambda a: _is_night(a).view(np.uint8), 0.0035, 0.0150), may_change=True),
    Rule("U101", Gate.CREDIT, _when(lambda a: is_scored(a) & (a.score < cut_off(a)), 0.97)),
    Rule("U102", Gate.CREDIT, _when(_fell_above_the_line, 0.90)),
    Rule("U111", Gate.CREDIT, _by(_score_band, 0.034, 0.026, 0.018, 0.012, 0.007, 0.003, 0.002)),
    Rule("U112", Gate.CREDIT, _by(_score_band, 0.020, 0.014, 0.008, 0.004, 0.002, 0.001, 0.001)),
    Rule("U131", Gate.CREDIT, _when(lambda a: a.history == 0, 0.40)),
    Rule("U132", Gate.CREDIT, _when(lambda a: (a.history > 0) & (a.history < 6), 0.30)),
    Rule("U121", Gate.CAPACITY, _when(lambda a: _debt_to_income(a) > 0.28, 0.42), may_change=True),
    Rule("U122", Gate.CAPACITY, _when(lambda a: (a.utilisation >= 86) & (a.product <= CREDIT_LINE), 0.30)),
    Rule("U123", Gate.CAPACITY, _when(_is_above_line, 0.19), may_change=True),
    Rule(
        "P104", Gate.CAPACITY, _when(lambda a: a.partner == PARTNER_D, lambda a: 0.04 if is_month_end(a.day) else 0.002)
    ),
)
CODES = tuple(rule.code for rule in RULES)
TRANSIENT = tuple(rule.code for rule in RULES if rule.gate is Gate.TECHNICAL)
"""What may be gone a minute later. Everything else about an applicant stays as it was for the whole episode."""


def bits_of(*gates: Gate) -> np.uint64:
    """The bits of all rules at these gates; a set of reasons holds the first rule in its lowest bit."""
    return np.uint64(sum(1 << n for n, rule in enumerate(RULES) if rule.gate in gates))


CHANGEABLE = {n: rule for n, rule in enumerate(RULES) if rule.may_change or rule.code in TRANSIENT}
LASTING_BITS = np.uint64(sum(1 << n for n in range(len(RULES)) if n not in CHANGEABLE))
"""What need not be asked again within an episode."""
