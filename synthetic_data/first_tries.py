"""Who tries for the first time on a day: ordinary demand, and what campaigns, troughs and new channels make of it."""

from datetime import date

import numpy as np

from synthetic_data.attempts import Attempts, make_attempts
from synthetic_data.decks import Array
from synthetic_data.incidents import SCOPES, moments
from synthetic_data.shifts import SHIFT_SCOPES, Shift
from synthetic_data.streams import Streams
from synthetic_data.world import CHANNELS
from synthetic_data.worlds import World


def first_tries(world: World, day: date) -> Attempts:
    """The first tries of a day, in order of time."""
    streams = Streams(world.seed)
    tries = make_attempts(streams, world.applicants, world.demand.arrivals(streams, day), day)
    for shift in world.scenario.shifts:
        if shift.touches(day, day):
            tries = _shifted(world, tries, shift)
    return tries


def _shifted(world: World, tries: Attempts, shift: Shift) -> Attempts:
    if shift.factor > 1:
        return tries.beside([_additional(world, tries.day, shift)])
    luck = Streams(world.seed).of(f"shift {shift.id}", tries.day.toordinal()).random(len(tries))
    return tries.take(np.flatnonzero(~_is_in_scope(tries, shift) | (luck < shift.factor)))


def _additional(world: World, day: date, shift: Shift) -> Attempts:
    """More of everybody, of whom those in scope come."""
    streams = Streams(world.seed).within(f"shift {shift.id}")
    arrivals = world.demand.arrivals(streams, day, shift.factor - 1)
    channel = CHANNELS.index(shift.channel) if shift.channel else None
    more = make_attempts(streams, world.applicants, arrivals, day, channel)
    return more.take(np.flatnonzero(_is_in_scope(more, shift)))


def _is_in_scope(tries: Attempts, shift: Shift) -> Array:
    start, end = moments(shift.start, shift.end, tries.day)
    is_in: Array = (tries.micros >= start) & (tries.micros < end)
    for name, values in shift.scope.items():
        numbers = tries.persona if name == "persona" else SCOPES[name].numbers(tries)
        is_in &= np.isin(SHIFT_SCOPES[name], values).take(numbers)
    return is_in
