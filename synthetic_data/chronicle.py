"""One day after another: a file needs the episodes that begin on its day, and those of the day before it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from synthetic_data.comparison import Sums
from synthetic_data.decisions import OUTCOMES, REFUSED
from synthetic_data.dice import Dice
from synthetic_data.episodes import Stage
from synthetic_data.first_tries import first_tries
from synthetic_data.lines import MICROS_OF_A_DAY, Story, merged
from synthetic_data.log import make_log
from synthetic_data.mess import Spoiled, spoil
from synthetic_data.streams import Streams
from synthetic_data.truth import sums_of, truth_table
from synthetic_data.worlds import World


@dataclass(frozen=True)
class DayLog:
    """One business day: the log, and beside it the truth about its attempts.

    `truth` has a row for each pair of an attempt and an incident that did something to it, and one for every other
    retry; `labels` (None where nothing is spoiled) a row for each spoiled line. `sums` are by incident, of the episodes
    that begin on the day. `digest` is a hash over the whole numbers of the log before anything was spoiled.
    """

    day: date
    log: pa.Table
    refusals: int
    truth: pa.Table
    labels: pa.Table | None
    sums: dict[str, Sums]
    digest: str


class Chronicle:
    """Makes the days of a world, each the same whichever others are made: alone, a day costs its predecessor too."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._streams = Streams(world.seed)
        self._stories: dict[date, Story] = {}
        self._spoiled: dict[date, Spoiled] = {}

    def day(self, day: date) -> DayLog:
        story, before = self._story(day), self._before(day)
        lines = merged(story, before)
        log = make_log(self._streams, self._world.applicants, lines, self._world.last)
        labels = None
        if self._world.dirty:
            log, labels = self._with_late(day, log)
        self._forget_before(day)
        return DayLog(
            day=day,
            log=log,
            refusals=_refusals(log) if self._world.dirty else len(lines.refused),
            truth=truth_table(self._world, story, before),
            labels=labels,
            sums=sums_of(self._world, story),
            digest=lines.digest,
        )

    def _story(self, day: date) -> Story:
        if day not in self._stories:
            self._stories[day] = Story(stage_of(self._world, day))
        return self._stories[day]

    def _before(self, day: date) -> Story | None:
        return self._story(day - timedelta(days=1)) if day > self._world.first else None

    def _with_late(self, day: date, log: pa.Table) -> tuple[pa.Table, pa.Table]:
        """The spoiled log, with what the day before held back at its end."""
        spoiled = self._spoil(day, log)
        yesterday = day - timedelta(days=1)
        if day == self._world.first:
            return spoiled.log, spoiled.labels
        if yesterday not in self._spoiled:
            lines = merged(self._story(yesterday), self._before(yesterday))
            self._spoil(yesterday, make_log(self._streams, self._world.applicants, lines, self._world.last))
        return pa.concat_tables([spoiled.log, self._spoiled[yesterday].late]), spoiled.labels

    def _spoil(self, day: date, log: pa.Table) -> Spoiled:
        holds_back = day != self._world.last
        self._spoiled[day] = spoil(self._streams, log, day, self._world.dirty, holds_back=holds_back)
        return self._spoiled[day]

    def _forget_before(self, day: date) -> None:
        for kept in (self._stories, self._spoiled):
            for other in [known for known in kept if known < day]:
                del kept[other]


def make_day(world: World, day: date) -> DayLog:
    """One day of the world, alone."""
    return Chronicle(world).day(day)


def stage_of(world: World, day: date) -> Stage:
    """The episodes that begin on a day, before they are played."""
    first, tomorrow = first_tries(world, day), day + timedelta(days=1)
    return Stage(
        first=first,
        dice=Dice(Streams(world.seed), day.toordinal(), len(first)),
        incidents={n: i for n, i in enumerate(world.incidents) if i.touches(day, tomorrow)},
        last_day=world.last,
        horizon=MICROS_OF_A_DAY * (1 if day == world.last else 2),
    )


def _refusals(log: pa.Table) -> int:
    return int(pc.sum(pc.equal(log["outcome"], OUTCOMES[REFUSED])).as_py() or 0)
