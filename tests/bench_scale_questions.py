"""What a click costs at a size: the questions of every view under every kind of filter, and two beside others."""

import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass

import bench_scale_peers as peers
from bench_asked import MILLISECONDS, SEVERAL, Asked, Kind, Spread, asked_by, kinds, over_the_year, pooled
from bench_scale_world import Year
from bench_tables import console, timed
from rich.table import Table

from dashboard.shell import VIEWS
from etl.query import ask
from etl.question import Question
from etl.snapshot import Snapshot

TIMES, FEWEST, ENOUGH = 5, 2, 2_000
"""A click is measured so many times, fewer where it takes long: after so many milliseconds in all."""
TIMES_OF_PEERS = 2
CORE = {"rollup_day", "rollup_region", "rollup_hour"}
"""What most clicks are answered from."""
MOST_OF_CORE, MOST_OF_WIDER, MOST_GROWTH = 40, 150, 4
"""Milliseconds for all questions of a view, and how much ten times the attempts may cost."""
LAST_DAYS, YEAR = "28 days", "the year"
ROWS = "rows"


@dataclass(frozen=True)
class Click:
    """All questions of a view under one kind of filter, the widest rollup among theirs, and what they cost."""

    view: str
    filter: str
    period: str
    rollup: str
    questions: int
    cost: Spread
    cpu: Spread
    """The same as time of one core: a machine that does something else, too, changes it little."""
    each: tuple[tuple[str, Spread], ...]
    """The rollup and the cost of each question."""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.view, self.filter, self.period

    @property
    def is_core(self) -> bool:
        return self.rollup in CORE


def clicks(snapshot: Snapshot) -> list[Click]:
    """Every view under every kind of filter, over the days it opens with and over the year."""
    rows = {name: rows for name, _, rows in snapshot.rollups}
    found = []
    for kind in kinds(snapshot):
        for period, one in ((LAST_DAYS, kind), (YEAR, over_the_year(kind))):
            if kind.name == "period" and period == YEAR:
                continue
            for view in VIEWS:
                if asked := asked_by(view, snapshot, one.filters):
                    found.append(_click(view, one, period, asked, rows))
    return found


def _click(view: str, kind: Kind, period: str, asked: list[Asked], rows: dict[str, int]) -> Click:
    """Each question is timed by itself; a click is the sum of one round."""
    rounds: list[list[float]] = []
    cpu: list[float] = []
    while len(rounds) < FEWEST or (len(rounds) < TIMES and sum(map(sum, rounds)) < ENOUGH):
        begun = time.process_time()
        rounds.append([timed(one.again) * MILLISECONDS for one in asked])
        cpu.append((time.process_time() - begun) * MILLISECONDS)
    widest = max((one.rollup for one in asked), key=rows.__getitem__)
    whole = Spread(tuple(map(sum, rounds)))
    each = tuple((one.rollup, Spread(times)) for one, times in zip(asked, zip(*rounds, strict=True), strict=True))
    return Click(view, kind.name, period, widest, len(asked), whole, Spread(tuple(cpu)), each)


def show_clicks(found: list[Click], size: str) -> None:
    title = f"{size}: all questions of the slowest view by filter, ms; several are {', '.join(SEVERAL)}"
    heads = (head for period in (LAST_DAYS, YEAR) for head in (f"{period}, view", "CPU", "p50", "p95"))
    table = Table("filter", "widest rollup", *heads, title=title, title_justify="left")
    for kind in dict.fromkeys(click.filter for click in found):
        mine = [click for click in found if click.filter == kind and click.view != ROWS]
        slowest = [_slowest(click for click in mine if click.period == period) for period in (LAST_DAYS, YEAR)]
        rollup = next(click.rollup for click in reversed(slowest) if click).removeprefix("rollup_")
        table.add_row(kind, rollup, *(cell for click in slowest for cell in _cells(click)))
    console.print(table)


def _slowest(found: Iterable[Click]) -> Click | None:
    return max(found, key=lambda click: click.cost.p50, default=None)


def _cells(click: Click | None) -> tuple[str, ...]:
    return (click.view, f"{click.cpu.p50:.0f}", *_figures(click.cost)) if click else ("", "", "", "")


def _figures(cost: Spread) -> tuple[str, ...]:
    return f"{cost.p50:.1f}", f"{cost.p95:.1f}"


def show_rollups(found: list[Click], snapshot: Snapshot, size: str) -> None:
    """One question by the rollup that answers it, and all questions of a view by the widest among theirs."""
    asked = [click for click in found if click.view != ROWS]
    title = f"{size}: one question, and all of a view by the widest rollup among theirs, ms"
    columns = ("rollup", "rows", "one p50", "one p95", "views × filters", "all CPU", "all p50", "all p95")
    table = Table(*columns, title=title, title_justify="left")
    for name, _, rows in snapshot.rollups:
        alone = [cost for click in asked for rollup, cost in click.each if rollup == name]
        mine = [click for click in asked if click.rollup == name]
        least = f"{statistics.median(click.cpu.p50 for click in mine):.0f}" if mine else ""
        one, all_ = _pooled_figures(alone), _pooled_figures([click.cost for click in mine])
        table.add_row(name.removeprefix("rollup_"), f"{rows:,}", *one, str(len(mine)), least, *all_)
    console.print(table)
    if pages := [click.cost for click in found if click.view == ROWS]:
        p50, p95 = _pooled_figures(pages)
        console.print(f"A page of 100 rows from the store: p50 {p50} ms, p95 {p95} ms")


def _pooled_figures(costs: list[Spread]) -> tuple[str, ...]:
    return _figures(pooled(costs)) if costs else ("", "")


def show_targets(found: list[Click], size: str) -> None:
    for is_core, most, what in ((True, MOST_OF_CORE, "core rollups"), (False, MOST_OF_WIDER, "a wider one")):
        mine = [click for click in found if click.is_core is is_core and click.view != ROWS]
        if mine:
            kept = sum(click.cost.p95 <= most for click in mine)
            worst = max(mine, key=lambda click: click.cost.p95)
            most_cpu = max(mine, key=lambda click: click.cpu.p50)
            console.print(
                f"{size}, {what}: {kept} of {len(mine)} views × filters within {most} ms p95; worst"
                f" {worst.cost.p95:.0f} ms ({', '.join(worst.key)}); most CPU"
                f" {most_cpu.cpu.p50:.0f} ms ({', '.join(most_cpu.key)})"
            )


def show_growth(small: list[Click], large: list[Click], sizes: tuple[str, str]) -> None:
    """How much more the same click costs on more attempts."""
    before = {click.key: click for click in small}
    both = [(click, before[click.key]) for click in large if click.key in before and click.view != ROWS]
    for what, cost in (("p50", lambda click: click.cost.p50), ("CPU", lambda click: click.cpu.p50)):
        ratios = sorted((cost(click) / cost(earlier), click.key) for click, earlier in both)
        worst, key = ratios[-1]
        over = sum(ratio > MOST_GROWTH for ratio, _ in ratios)
        console.print(
            f"{sizes[1]} ÷ {sizes[0]}, all questions of a view, {what}: median {ratios[len(ratios) // 2][0]:.1f}, worst"
            f" {worst:.1f} ({', '.join(key)}); {over} of {len(ratios)} above {MOST_GROWTH}"
        )


def beside_others(year: Year, snapshot: Snapshot, size: str) -> None:
    """Refusals per week by region and by cause; every answer must be the same."""
    files = [str(path) for path in year.files]
    table = Table("refusals per week by", "", "p50 ms", "÷ ours", title=f"{size}: beside others", title_justify="left")
    for by in ("region", "cause"):
        expected = _ours(snapshot, by)
        ours = statistics.median(timed(lambda by=by: _ours(snapshot, by)) for _ in range(TIMES))
        table.add_row(by, "Refusal Lens, the snapshot", f"{ours * MILLISECONDS:.1f}", "")
        for engine, answers in peers.ANSWERS.items():
            times = []
            try:
                for _ in range(TIMES_OF_PEERS):
                    times.append(timed(lambda a=answers, by=by, e=expected: _same(a(files, by), e)))
            except ImportError as problem:
                console.print(f"{engine}: left out ({problem})")
                continue
            theirs = statistics.median(times)
            table.add_row(by, f"{engine}, the log's Parquet", f"{theirs * MILLISECONDS:,.0f}", f"{theirs / ours:,.0f}")
    console.print(table)


def _ours(snapshot: Snapshot, by: str) -> peers.Answers:
    frame = ask(snapshot, Question(("refusals",), ("week", by)))
    frame = frame[frame["refusals"] > 0]
    weeks = frame["week"].dt.strftime("%Y-%m-%d")
    return dict(zip(zip(weeks, frame[by], strict=True), frame["refusals"].astype(int), strict=True))


def _same(found: peers.Answers, expected: peers.Answers) -> None:
    differing = {*found.items()} ^ {*expected.items()}
    assert not differing, sorted(differing)[:5]
