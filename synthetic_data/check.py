"""The self-check of a world: its laws hold, what was planted is found from the log alone, all else is quiet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.table import Table
from rich.text import Text

from synthetic_data.evidence.cells import CellBook
from synthetic_data.evidence.chains import TruthLaws
from synthetic_data.evidence.confounders import Calm, calm
from synthetic_data.evidence.everybody import EVERYBODY
from synthetic_data.evidence.filing import check_day, check_files
from synthetic_data.evidence.home import WorldFiles, open_world
from synthetic_data.evidence.laws import Law, Ledger, check_rows
from synthetic_data.evidence.quiet import Silence, listen
from synthetic_data.evidence.recovery import Recovery, recover
from synthetic_data.evidence.seasons import CALENDAR
from synthetic_data.evidence.spoilt import LabelLaws
from synthetic_data.evidence.sums import check_sums
from synthetic_data.evidence.trace import Trace
from synthetic_data.evidence.weeks import Week

LISTED = 3
"""Discoveries named in the report; the others are counted."""

QUIET = {
    EVERYBODY: "quiet: everybody, each week and four in a row",
    CALENDAR: "quiet: each time of the calendar's own, like the others",
}

CANNOT_HEAR = (
    "What this check cannot hear of by itself: what lasts less than a week and is small against it; what hits "
    "everybody through the load of the system, or while a promotion or a shift of demand lasts; what lasts as "
    "long as the world; what hits some personas everywhere; what makes fewer than 25 refusals of a layer in a week."
)

Line = tuple[str, str, str, str]


@dataclass(frozen=True)
class Report:
    """What was checked, and what came out."""

    attempts: int
    spoiled: int
    laws: tuple[Law, ...]
    recoveries: tuple[Recovery, ...]
    silences: tuple[Silence, ...]
    calms: tuple[Calm, ...]

    @property
    def passes(self) -> bool:
        """Whether nothing is wrong; what a small world cannot show is not wrong."""
        wrong = (
            *(not law.holds for law in self.laws),
            *(recovery.is_missed for recovery in self.recoveries),
            *(silence.is_broken for silence in self.silences),
            *(one.is_loud for one in self.calms),
        )
        return not any(wrong)


class Check:
    """Everything that listens while the days of a world go by."""

    def __init__(self, world: WorldFiles) -> None:
        self._world = world
        self._ledger = Ledger()
        check_files(self._ledger, world)
        self._truth = TruthLaws(world, self._ledger)
        self._labels = LabelLaws(world, self._ledger)
        self._traces = [Trace(incident, world.incidents) for incident in world.incidents]
        self._cells = CellBook(world.incidents)
        self._attempts = self._spoiled = 0

    def read(self, on_day: Callable[[date], object] | None) -> None:
        """The label of a row that came late lies with the day before."""
        yesterday: frozenset[str] = frozenset()
        for files in self._world.days():
            check_day(self._ledger, self._world, files)
            self._labels.add(files)
            rows = files.clean(files.labelled | yesterday)
            if files.rows is not None and rows is not None:
                self._attempts, self._spoiled = self._attempts + len(rows), self._spoiled + len(files.rows) - len(rows)
                check_rows(self._ledger, rows)
                self._truth.add(rows, files.truth, files.labelled | yesterday)
                self._cells.add(rows)
                for trace in self._traces:
                    trace.add(rows)
            yesterday = files.labelled
            if on_day:
                on_day(files.listed.day)

    def report(self) -> Report:
        self._labels.finish()
        check_sums(self._ledger, self._world, self._truth.counts)
        cells = self._cells.finish()
        return Report(
            attempts=self._attempts,
            spoiled=self._spoiled,
            laws=self._ledger.laws(),
            recoveries=tuple(recover(trace, self._attempts) for trace in self._traces),
            silences=listen(cells, self._world, self._cells.seasons.weeks()),
            calms=tuple(calm(cells, shift) for shift in self._world.shifts),
        )


def check_world(home: Path, on_day: Callable[[date], object] | None = None) -> Report:
    """Reads the world in `home` day by day; calls `on_day` after each."""
    check = Check(open_world(home))
    check.read(on_day)
    return check.report()


def table(report: Report) -> Table:
    """A line for each thing that was checked, and a last one that says whether the world passes."""
    spoiled = f", {report.spoiled:,} spoiled rows left out" if report.spoiled else ""
    shown = Table(title=f"{report.attempts:,} attempts{spoiled}", caption=CANNOT_HEAR, caption_justify="left")
    for name in ("checked", "on", "measured", "verdict"):
        shown.add_column(name, overflow="fold")
    groups = (
        [_law_line(law) for law in report.laws],
        [_recovery_line(recovery) for recovery in report.recoveries],
        [_silence_line(silence) for silence in report.silences],
        [_calm_line(one) for one in report.calms],
        [("the world", "", "", "passes" if report.passes else "DOES NOT PASS")],
    )
    for lines in groups:
        for line in lines:
            shown.add_row(*map(Text, line))
        shown.add_section()
    return shown


def _law_line(law: Law) -> Line:
    verdict = "BROKEN" if law.broken else "holds" if law.checked else "nothing to check"
    return law.name, f"{law.checked:,}", f"{law.broken:,} broken", verdict


def _recovery_line(recovery: Recovery) -> Line:
    on = f"{recovery.attempts:,} attempts; {recovery.against}"
    return f"found again: {recovery.incident}", on, _measured(recovery), recovery.verdict


def _silence_line(silence: Silence) -> Line:
    named = [_discovery(week) for week in silence.found[:LISTED]]
    if len(silence.found) > LISTED:
        named.append(f"{len(silence.found) - LISTED} more")
    measured = "; ".join(named) or ("nothing stands out" if silence.tests else "")
    name = QUIET.get(silence.dimension, f"quiet: each {silence.dimension}, each week")
    return name, f"{silence.tests:,} tests", measured, silence.verdict


def _discovery(week: Week) -> str:
    return f"{week.value} {week.layer} {week.monday}: {100 * week.effect:+.1f} points, z {week.score:.1f}"


def _calm_line(one: Calm) -> Line:
    return f"quiet: {one.shift}", f"{one.attempts:,} attempts; {one.against}", _measured(one), one.verdict


def _measured(one: Recovery | Calm) -> str:
    if not one.error:
        return ""
    return f"{100 * one.effect:+.2f} ± {100 * one.error:.2f} points, z {one.score:.1f}"
