"""The command line: reads the arguments, writes a world with a progress bar, prints the next command."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.command_line import console, progress
from synthetic_data.files import Format
from synthetic_data.scenario import scenario_names
from synthetic_data.worlds import DEFAULT_ATTEMPTS, DEFAULT_DAYS, DEFAULT_END, DEFAULT_SEED
from synthetic_data.write import WorldSummary, write_world

LAST_DAY = datetime.combine(DEFAULT_END, datetime.min.time())

EXAMPLES = """
Examples:

  python -m synthetic_data --home data

  python -m synthetic_data --home small --days 30 --attempts 9000 --format csv

  python -m synthetic_data --home calm --scenario calm --seed 7

  python -m synthetic_data --home one-day --since 2026-03-05 --until 2026-03-05

  python -m synthetic_data check data
"""

DAY = {"formats": ["%Y-%m-%d"], "metavar": "DATE"}

app = typer.Typer(name="synthetic_data", add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True, epilog=EXAMPLES)
def generate(
    context: typer.Context,
    home: Annotated[Path, typer.Option(help="Folder for logs/, truth/ and events.toml.")] = Path("data"),
    days: Annotated[int, typer.Option(help="Business days, up to and including --end.")] = DEFAULT_DAYS,
    attempts: Annotated[int, typer.Option(help="Attempts expected in all.")] = DEFAULT_ATTEMPTS,
    seed: Annotated[int, typer.Option(help="Another seed, another world.")] = DEFAULT_SEED,
    scenario: Annotated[
        str, typer.Option(help=f"{', '.join(scenario_names())}, or a TOML file of your own.")
    ] = "default",
    dirty: Annotated[
        float, typer.Option(help="Share of the lines to spoil, such as 0.02; truth/dirty says which and how.")
    ] = 0.0,
    format: Annotated[Format, typer.Option(help="Of the log files.")] = Format.PARQUET,
    jobs: Annotated[int, typer.Option(help="Processes; the world is the same whatever their number.")] = 1,
    end: Annotated[
        datetime,
        typer.Option(**DAY, show_default=str(DEFAULT_END), help="The last day of the world."),
    ] = LAST_DAY,
    since: Annotated[datetime | None, typer.Option(**DAY, help="Make the days of the world from this one on.")] = None,
    until: Annotated[datetime | None, typer.Option(**DAY, help="Make those up to this one, included.")] = None,
) -> None:
    """Invent loan attempts with known causes.

    Writes one log file a day below HOME/logs, the lender's calendar to HOME/events.toml, and beside them
    the truth in HOME/truth: which incidents there were, and what each of them did to which attempt. A run that was
    stopped goes on where it was. With --since and --until only some days are made: the same, bit by bit, as in the
    whole world that the other options describe.
    """
    if context.invoked_subcommand:
        return
    order = {"days": days, "attempts": attempts, "seed": seed, "end": end.date(), "scenario": scenario, "dirty": dirty}
    some = {"since": since.date() if since else None, "until": until.date() if until else None}
    summary = _written(home, **order, **some, format=format, jobs=jobs)
    console.print(_told(summary), highlight=False, soft_wrap=True)


@app.command()
def check(home: Annotated[Path, typer.Argument(help="Folder of a world, as it was given to --home.")]) -> None:
    """Hold a world against its truth.

    The laws of the log hold; each incident is found again from the log alone; all else, campaigns and holidays
    included, stays quiet. Ends with 1 where something does not, and says where a world is too small to tell.
    """
    from etl.report import out_console
    from synthetic_data.check import check_world, table

    bar = progress()
    with bar:
        task = bar.add_task("Reading days", total=None)
        report = check_world(home, lambda _: bar.advance(task))
    out_console.print(table(report))
    if not report.passes:
        raise typer.Exit(1)


def _written(home: Path, **order: Any) -> WorldSummary:
    bar = progress()
    is_part = order["since"] or order["until"]
    task = bar.add_task("Inventing days", total=None if is_part else order["days"])

    def advance(_: date) -> None:
        bar.start()
        bar.advance(task)

    try:
        return write_world(home, **order, on_day=advance)
    finally:
        if bar.live.is_started:
            bar.stop()


def _told(summary: WorldSummary) -> str:
    load = f"Load them: python -m etl build --home {summary.home}"
    check = f"Check them: python -m synthetic_data check {summary.home}"
    rest = f"{summary.days_to_come} days are still to be made: the same command without --since and --until makes them."
    return (
        f"{summary.attempts:,} attempts, {summary.refusals:,} of them refused, {summary.incidents} incidents, "
        f"{summary.first_day} to {summary.last_day}, in {summary.home}.\n"
        f"{load}\n{rest if summary.days_to_come else check}"
    )
