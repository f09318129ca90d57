"""Whether an incident can be found again from the log alone, by a difference of differences with errors by day."""

from dataclasses import dataclass
from math import prod, sqrt

import numpy as np

from synthetic_data.evidence.chance import as_normal, ratio
from synthetic_data.evidence.contrast import Contrast, Side
from synthetic_data.evidence.trace import Trace
from synthetic_data.incidents import CUT_OFF

FOUND = 4.0
"""The normal score from which an incident counts as found: one in 30,000 by chance."""
SURE = 6.0
"""The score to be expected of an incident that must be found: chance alone hides 2 % of those just as large."""
THIN = 0.05
"""With fewer attempts around an incident than this share of those during it, there is no before and after: a release
that was recalled is compared with what others ran at the same time."""


@dataclass(frozen=True)
class Recovery:
    """What the log shows of one incident, in shares of decided attempts that got one of its reasons.

    `expected_score` is by the size that was intended, whatever the log shows; `needs` are the attempts in the whole
    world with which it would be `SURE`, None where it is so already or nothing can be said.
    """

    incident: str
    against: str
    attempts: int
    effect: float = 0.0
    error: float = 0.0
    score: float = 0.0
    expected_score: float = 0.0
    needs: int | None = None

    @property
    def is_found(self) -> bool:
        return self.score >= FOUND

    @property
    def is_missed(self) -> bool:
        return self.expected_score >= SURE and not self.is_found

    @property
    def verdict(self) -> str:
        if self.is_found:
            return "found"
        if self.is_missed:
            return "MISSED"
        return f"too few attempts: needs about {self.needs:,}" if self.needs else "nothing to compare"


def recover(trace: Trace, attempts: int) -> Recovery:
    """`attempts` are those of the whole world; everybody's incident is compared with the days around it only."""
    has_others = bool(trace.incident.scope)
    sides = Contrast(Side(*trace.counts[:, 0]), Side(*trace.counts[:, 1] * has_others))
    now, around = sides.on(trace.during), sides.on(trace.around[trace.counts[0, 0, trace.around] > 0])
    if not now.inside.attempts:
        return Recovery(trace.incident.id, "nobody in its scope", 0)
    if around.inside.attempts >= THIN * now.inside.attempts:
        days = f"against {len(around.inside.tries)} days around it"
        return _judged(trace, attempts, days + (" and others" if has_others else ""), now, around)
    if now.outside.attempts:
        return _judged(trace, attempts, "against others at the same time", now, None)
    return Recovery(trace.incident.id, "nothing around it", now.inside.attempts)


def _judged(trace: Trace, attempts: int, against: str, now: Contrast, around: Contrast | None) -> Recovery:
    """Without days around it, the days of the incident tell what is usual outside the scope, and how days scatter."""
    usual = around or now
    before = around.inside.rate if around else now.outside.rate
    known = around.variance if around else 0.0
    effect = now.difference - (around.difference if around else 0.0)
    intended = _intended(trace, now, usual, before)
    error = sqrt(known + usual.overdispersion * now.noise())
    hoped = sqrt(known + usual.overdispersion * now.noise(before + intended))
    expected = float(as_normal(ratio(intended, hoped), usual.freedom))
    return Recovery(
        incident=trace.incident.id,
        against=against,
        attempts=now.inside.attempts,
        effect=effect,
        error=error,
        score=float(as_normal(ratio(effect, error), usual.freedom)),
        expected_score=expected,
        needs=_rounded_up(attempts * (SURE / expected) ** 2) if 0 < expected < SURE else None,
    )


def _intended(trace: Trace, now: Contrast, usual: Contrast, before: float) -> float:
    """The share of attempts inside that are meant to get one of the reasons and have none, on the average."""
    strength = trace.strength / now.inside.attempts
    if CUT_OFF in trace.incident.effect:
        return strength * float(ratio(trace.near_the_line, usual.inside.attempts))
    return (1 - before) * (1 - prod(1 - strength * size for size in trace.incident.effect.values()))


def _rounded_up(attempts: float) -> int:
    """To two digits, which is as much as anybody can know of it."""
    unit = 10 ** max(int(np.log10(attempts)) - 1, 0)
    return int(-(-attempts // unit) * unit)
