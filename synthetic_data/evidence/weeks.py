"""One test: how far a share of refusals lies, in a week or another span of days, from what the others foretell."""

from dataclasses import dataclass
from datetime import date

WEEK = 7
FEWEST_EXPECTED = 25
"""Refusals to be expected, or found: below it a count says too little."""


@dataclass(frozen=True)
class Week:
    """How far a cell's share of refusals of a layer lies from what its other weeks and the rest of this one tell.

    `monday` is the first day of what was tested.
    """

    dimension: str
    value: str
    layer: str
    monday: date
    effect: float
    score: float
    p: float
