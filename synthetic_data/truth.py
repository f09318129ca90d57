"""The truth beside the logs: which incidents there were, what each did to which attempt, and which are retries."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synthetic_data.columns import coded, fixed_width, integers
from synthetic_data.comparison import Sums
from synthetic_data.counterfactual import ROLES, Effect
from synthetic_data.decks import Array
from synthetic_data.incidents import ALL, JOINT, Incident
from synthetic_data.lines import Story, attempt_ids
from synthetic_data.shifts import Shift
from synthetic_data.worlds import World

NOTHING = -1


@dataclass(frozen=True)
class Told:
    """Rows of a course, and what is told of each: which effect of the story (or `NOTHING`) and in which role."""

    rows: Array
    effects: Array
    roles: Array


def truth_table(world: World, story: Story, before: Story | None) -> pa.Table:
    """What there is to tell about the attempts of one day's file.

    Columns: attempt_id, root_attempt_id, attempt_number (1 is the first try of the episode), incident_id (several
    joined by `|` where they overlap, null for a retry that no incident touched), role (see `Role`).
    """
    tables = [_of_story(world, story, story.own, story, story.numbers)]
    if before is not None:
        numbers = np.full(len(before.course), NOTHING, dtype=np.int32)
        numbers[before.spilled] = len(story.own) + np.arange(len(before.spilled))
        tables.append(_of_story(world, before, before.spilled, story, numbers))
    return pa.concat_tables(tables, promote_options="default")


def _of_story(world: World, story: Story, rows: Array, file: Story, numbers: Array) -> pa.Table:
    told, course = _told(story, rows), story.course
    names = [_joined(world, effect) for effect in story.told.effects]
    root = story.numbers.take(course.episode.take(told.rows))
    return pa.table(
        {
            "attempt_id": fixed_width(attempt_ids(file.day, numbers.take(told.rows))),
            "root_attempt_id": fixed_width(attempt_ids(story.day, root)),
            "attempt_number": integers(course.number.take(told.rows).astype(np.int8)),
            "incident_id": _named(told.effects, names),
            "role": _named(told.roles, [role.value for role in ROLES]),
        }
    )


def _named(told: Array, names: list[str]) -> pa.Array:
    """Names by number, null for `NOTHING`."""
    return coded(told.astype(np.int32), names, told == NOTHING)


def _told(story: Story, rows: Array) -> Told:
    """All effects on these rows of the course, then the retries of which there is nothing else to tell."""
    is_asked = np.zeros(len(story.course), dtype=bool)
    is_asked[rows] = True
    every = Told(
        rows=np.concatenate([effect.rows for effect in story.told.effects] or [np.empty(0, np.int64)]),
        effects=np.repeat(np.arange(len(story.told.effects)), [len(effect.rows) for effect in story.told.effects]),
        roles=np.concatenate([effect.roles for effect in story.told.effects] or [np.empty(0, np.int8)]),
    )
    is_plain = is_asked & (story.course.number > 1)
    is_plain[every.rows] = False
    plain, kept = np.flatnonzero(is_plain), is_asked[every.rows]
    nothing = np.full(len(plain), NOTHING)
    return Told(
        np.concatenate([every.rows[kept], plain]),
        np.concatenate([every.effects[kept], nothing]),
        np.concatenate([every.roles[kept], nothing]),
    )


def _joined(world: World, effect: Effect) -> str:
    return JOINT.join(world.incidents[number].id for number in effect.incidents)


def sums_of(world: World, story: Story) -> dict[str, Sums]:
    """What the incidents did to the episodes that begin on the day of `story`: each, several together, and all."""
    return {_joined(world, effect): effect.sums for effect in story.told.effects} | {ALL: story.told.total}


def incidents_json(world: World, sums: Mapping[str, Sums]) -> str:
    """The incidents with what each did in all."""
    return _pretty([{**_described(one), **asdict(sums.get(one.id, Sums()))} for one in world.incidents])


def overlaps_json(sums: Mapping[str, Sums]) -> str:
    """What several incidents did together and none of them alone.

    Counts are of the attempts told of them together; net sums may be negative, where each alone is charged with a loan
    that is lost only once, so that those of all incidents and overlaps add up to `total_json`.
    """
    return _pretty([{"incidents": name.split(JOINT), **asdict(sums[name])} for name in sorted(sums) if JOINT in name])


def total_json(sums: Mapping[str, Sums]) -> str:
    """What all incidents did together: the log beside the log of the same world with none of them."""
    return _pretty(asdict(sums.get(ALL, Sums())))


def shifts_json(world: World) -> str:
    """The shifts of demand that look like something is wrong and are not."""
    shifts = [shift for shift in world.scenario.shifts if shift.touches(world.first, world.last)]
    return _pretty([_described_shift(shift) for shift in shifts])


def _described(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "kind": incident.kind,
        "layer": incident.layer,
        "scope": {name: list(values) for name, values in incident.scope.items()},
        "start": incident.start.isoformat(),
        "end": incident.end.isoformat(),
        "onset": incident.onset.value,
        "intended_effect": dict(incident.effect),
    }


def _described_shift(shift: Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "kind": shift.kind,
        "scope": {name: list(values) for name, values in shift.scope.items()},
        "start": shift.start.isoformat(),
        "end": shift.end.isoformat(),
        "factor": shift.factor,
        "channel": shift.channel or None,
    }


def _pretty(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
