"""Whom a scope can reach: combinations that no applicant is in, and channels that nobody opened."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from etl.errors import InvalidValue, shortened
from synthetic_data.incidents import RINGS, Incident
from synthetic_data.releases import VERSIONS
from synthetic_data.shifts import Shift
from synthetic_data.world import (
    BROWSER,
    CHANNEL_SHARES,
    CHANNELS,
    MINI_PROGRAM,
    PERSONAS,
    PRODUCTS,
    SYSTEMS,
    WEB,
)

Scope = Mapping[str, Sequence[str]]


def _kind(channel: int, persona: int) -> Scope:
    """What the attempts of one persona through one channel may have; regions and partners go with everything."""
    has_app = channel <= MINI_PROGRAM
    return {
        "channel": (CHANNELS[channel],),
        "os": tuple(name for system, name in enumerate(SYSTEMS) if (system == BROWSER) is (channel == WEB)),
        "app_version": VERSIONS[1:] if has_app else VERSIONS[:1],
        "release_ring": RINGS if has_app else RINGS[:1],
        "persona": (PERSONAS[persona].id,),
        "product": tuple(product.id for product in PRODUCTS if product.shares[persona]),
    }


KINDS = tuple(_kind(channel, persona) for channel in range(len(CHANNELS)) for persona in range(len(PERSONAS)))


def check_somebody(where: str, scope: Scope) -> None:
    """Somebody may be in the scope; names the fewest keys that nobody meets, and what would go with the others."""
    for count in range(2, len(scope) + 1):
        for keys in combinations(scope, count):
            if not any(_is_met(kind, scope, keys) for kind in KINDS):
                *others, last = keys
                have = " and ".join(f"{key} = {list(scope[key])}" for key in keys)
                with_others = f"{' and '.join(others)} like that go with {last} = {_which(scope, others, last)}"
                raise InvalidValue(f"{where}: scope: nobody has {have}; {with_others}")


def _is_met(kind: Scope, scope: Scope, keys: Sequence[str]) -> bool:
    return all(set(kind.get(key, scope[key])) & set(scope[key]) for key in keys)


def _which(scope: Scope, keys: Sequence[str], other: str) -> str:
    """The values of another key that go with some keys of a scope."""
    return shortened(sorted({repr(one) for kind in KINDS if _is_met(kind, scope, keys) for one in kind[other]}))


def check_opened(path: Path, incidents: Sequence[Incident], shifts: Sequence[Shift]) -> None:
    """Through a channel that is nobody's, only those come for whom a shift opens it."""
    every: list[Incident | Shift] = [*incidents, *shifts]
    for one in every:
        closed = [name for name in one.scope.get("channel", ()) if not CHANNEL_SHARES[CHANNELS.index(name)]]
        for name in closed:
            is_growth = isinstance(one, Shift) and one.factor > 1
            if is_growth or not any(shift.channel == name and meet(one, shift) for shift in shifts):
                where = f"{path}: {'shift' if isinstance(one, Shift) else 'incident'} {one.id!r}: scope: channel"
                opened = f"a shift opens it that lasts at the same time and says channel = {name!r} outside its scope"
                raise InvalidValue(f"{where}: nobody comes through {name!r} unless {opened}")


def meet(one: Incident | Shift, other: Incident | Shift) -> bool:
    """Whether they last at the same time and some attempts may be in both scopes."""
    is_at_once = one.start < other.end and other.start < one.end
    return is_at_once and all(set(one.scope[key]) & set(other.scope[key]) for key in one.scope if key in other.scope)
