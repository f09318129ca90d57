"""Which app version an applicant runs on a day: gray rings by lot, then everybody by how late they update."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from synthetic_data.applicants import LONGEST_LAG, LOTS
from synthetic_data.decks import Array
from synthetic_data.world import GRAY_SHARES, GRAY_STAGE, RELEASES, Release

VERSIONS = ("", *(release.version for release in RELEASES))
"""Number 0 is "no app"."""


@dataclass(frozen=True)
class Rollout:
    """The versions of one day. `by_lag` is for the stable ring; lots below `gray_lots` run `gray_version`."""

    by_lag: Array
    age_by_version: Array
    newest: int
    gray_version: int
    gray_lots: int

    @classmethod
    def of(cls, day: date) -> "Rollout":
        stable = [n for n, release in enumerate(RELEASES, start=1) if release.recalled is None]
        since = np.array([RELEASES[n - 1].stable_from.toordinal() for n in stable])
        installed = np.searchsorted(since, day.toordinal() - np.arange(LONGEST_LAG + 1), side="right") - 1
        by_lag = np.array(stable)[np.maximum(installed, 0)].astype(np.uint8)
        gray_version, share = _gray_ring(day)
        return cls(by_lag, _ages(day), int(by_lag[0]), gray_version, int(share * LOTS))

    def version_of(self, lag: Array, lot: Array) -> tuple[Array, Array]:
        """Version numbers, and which of them run in the gray ring."""
        is_gray = lot < self.gray_lots
        return np.where(is_gray, np.uint8(self.gray_version), self.by_lag.take(lag)), is_gray


def _gray_ring(day: date) -> tuple[int, float]:
    for number, release in enumerate(RELEASES, start=1):
        share = gray_share(release, day)
        if share:
            return number, share
    return 0, 0.0


def gray_share(release: Release, day: date) -> float:
    """The share of app users in the gray ring of a release."""
    stage = (day - release.gray_from) // GRAY_STAGE
    is_over = stage >= len(GRAY_SHARES) or (release.recalled is not None and day >= release.recalled)
    return 0.0 if stage < 0 or is_over else GRAY_SHARES[stage]


def _ages(day: date) -> Array:
    """Days since each version became stable; a large number for "no app"."""
    return np.array([9_999, *((day - release.stable_from).days for release in RELEASES)], dtype=np.int16)
