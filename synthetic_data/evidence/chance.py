"""How surprising a number is: normal scores of t statistics, p-values, dispersion, false discoveries."""

import math
from typing import TypeAlias

import numpy as np

from synthetic_data.decks import Array

Numbers: TypeAlias = "Array | float"


def as_normal(t: Numbers, freedom: Numbers) -> Array:
    """The normal score that is as surprising as a Student t of some degrees of freedom (Wallace 1959)."""
    n = np.maximum(freedom, 1)
    score: Array = np.sign(t) * (8 * n + 1) / (8 * n + 3) * np.sqrt(n * np.log1p(np.square(t) / n))
    return score


def two_sided(z: Array) -> Array:
    return np.array([math.erfc(abs(score) / math.sqrt(2)) for score in z])


def discoveries(p: Array, share: float, others: int = 0) -> Array:
    """Which of many tests stand out so far that at most this share of them are false (Benjamini & Hochberg 1995).

    `others` are further tests that found nothing.
    """
    order = np.argsort(p)
    is_below = p[order] <= share * np.arange(1, len(p) + 1) / max(len(p) + others, 1)
    found: Array = order[: np.flatnonzero(is_below)[-1] + 1] if is_below.any() else order[:0]
    return found


CERTAIN = math.log(1e9)
"""One in so many by chance is no chance: the natural logarithm of it."""


def is_far(found: int, tries: int, share: float) -> bool:
    """Whether so many of so many are far from a share, whatever the day's luck (Chernoff & Hoeffding 1963)."""
    if not 0 < share < 1 or not 0 <= found <= tries:
        return found != tries * share
    there = found / tries if tries else share
    parts = ((there, share), (1 - there, 1 - share))
    return tries * sum(one * math.log(one / other) for one, other in parts if one) > CERTAIN


def ratio(over: Numbers, under: Numbers) -> Array:
    """A quotient, 0 where there is nothing to divide by."""
    over, under = np.broadcast_arrays(np.asarray(over, dtype=float), np.asarray(under, dtype=float))
    return np.divide(over, under, out=np.zeros(over.shape), where=under > 0)


def overdispersion(squares: Array, noise: Array, sums: Array | None = None) -> tuple[Array, Array]:
    """How much more days scatter than independent attempts would: Pearson's χ² over its freedom, and the freedom.

    `squares` are of the distances from what was expected, `noise` the variance of each; the days come first. `sums`
    says which days to take, a row for each sum; without it, all.
    """
    taken = np.ones(len(squares)) if sums is None else sums.astype(float)
    is_known = noise > 0
    freedom = np.tensordot(taken, is_known.astype(float), 1) - 1
    return ratio(np.tensordot(taken, np.where(is_known, ratio(squares, noise), 0.0), 1), freedom), freedom


def skew(found: Array, expected: Array, tries: Array) -> Array:
    """How much nearer to normal the signed root of a count's deviance is than its distance from what is expected.

    Small counts are skewed; McCullagh & Nelder (1989, §2.4) on deviance residuals.
    """
    rest, expected_rest = tries - found, tries - expected
    deviance = 2 * (_surprise(found, expected) + _surprise(rest, expected_rest))
    pearson = ratio(np.square(found - expected) * tries, expected * expected_rest)
    return np.where(pearson > 0, np.sqrt(ratio(np.maximum(deviance, 0), pearson)), 1.0)


def _surprise(found: Array, expected: Array) -> Array:
    share = ratio(found, expected)
    return found * np.log(share, out=np.zeros(share.shape), where=share > 0)
