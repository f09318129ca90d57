"""What the world's own calendar moves: which reasons, whom and when; everything else is to stay quiet."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from synthetic_data.decks import Array
from synthetic_data.evidence.rows import Rows
from synthetic_data.gates import NEW, TOO_OLD, is_month_end, is_quarter_end
from synthetic_data.incidents import RINGS
from synthetic_data.releases import VERSIONS, Rollout
from synthetic_data.world import MERCHANT_LOAN, PARTNER_D, PARTNERS, PRODUCTS, RELEASES

STABLE_FROM = {release.version: release.stable_from for release in RELEASES}


@dataclass(frozen=True)
class Move:
    """Reasons that some attempts get more often on some days, which is no incident.

    Where nobody else gets them (`is_only_there`), they are left out there; else these attempts are. Either way they
    are compared with each other: `window` tells one time of it from the next.
    """

    codes: frozenset[str]
    who: str
    is_moved: Callable[[Rows], Array]
    window: Callable[[Rows], Array]
    words: Callable[[int], str]
    is_only_there: bool


def _is_gray(rows: Rows) -> Array:
    return rows.texts["release_ring"].is_in(RINGS[1:])


def _is_new(rows: Rows) -> Array:
    new = [version for version, since in STABLE_FROM.items() if 0 <= (rows.day - since).days < NEW]
    return rows.texts["app_version"].is_in(new)


def _is_too_old(rows: Rows) -> Array:
    newest = Rollout.of(rows.day).newest
    return rows.texts["app_version"].is_in(VERSIONS[1 : max(newest - TOO_OLD + 1, 1)])


def _merchants(rows: Rows) -> Array:
    return rows.texts["product"].is_in([PRODUCTS[MERCHANT_LOAN].id] if is_quarter_end(rows.day) else ())


def _partner_d(rows: Rows) -> Array:
    return rows.texts["partner"].is_in([PARTNERS[PARTNER_D]] if is_month_end(rows.day) else ())


def _version(rows: Rows) -> Array:
    versions = rows.texts["app_version"]
    numbers = [VERSIONS.index(word) if word in VERSIONS else 0 for word in versions.words]
    return np.array([*numbers, 0]).take(versions.codes, mode="wrap")


def _month(rows: Rows) -> Array:
    return np.full(len(rows), rows.day.year * 12 + rows.day.month - 1)


def _month_words(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"


MOVES: tuple[Move, ...] = (
    Move(frozenset(("P201", "P202")), "gray ring of", _is_gray, _version, VERSIONS.__getitem__, is_only_there=True),
    Move(frozenset(("P203",)), "first days of", _is_new, _version, VERSIONS.__getitem__, is_only_there=True),
    Move(frozenset(("T304",)), "old versions in", _is_too_old, _month, _month_words, is_only_there=True),
    Move(frozenset(("P102",)), "merchants at the end of", _merchants, _month, _month_words, is_only_there=False),
    Move(frozenset(("P104",)), "partner_d at the end of", _partner_d, _month, _month_words, is_only_there=False),
)
