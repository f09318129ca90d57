"""The command line of the core: demo, load, build, status, summary. It only reads arguments, calls and prints."""

from pathlib import Path
from typing import Annotated

import typer

from etl import report
from etl.asking import check_period, question_from
from etl.command_line import console, progress, run
from etl.errors import InvalidValue
from etl.home import Home
from etl.lock import writing
from etl.notes import Notes
from etl.pipeline import Result, add_files, check_source, rebuild
from etl.profile import CONTRACT, load_profile
from etl.publish import current_manifest
from etl.query import ask
from etl.snapshot import open_snapshot
from etl.words import Language

app = typer.Typer(
    name="etl",
    help="Load attempt logs, publish snapshots, and answer questions from them.",
    add_completion=False,
    rich_markup_mode=None,
)

HomeFolder = Annotated[Path, typer.Option("--home", help="Folder that holds logs, store and snapshots.")]
DEFAULT_HOME = Path("data")


@app.command()
def demo(
    home: HomeFolder = DEFAULT_HOME,
    days: Annotated[int, typer.Option(help="Days of the synthetic world.")] = 365,
    attempts: Annotated[int, typer.Option(help="Attempts in all.")] = 1_200_000,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where a snapshot is live already.")] = False,
) -> None:
    """Invent a year of attempts, load it and publish it, marked as synthetic."""
    folder = Home(home)
    if if_empty and folder.current_id():
        return
    from synthetic_data import world_id, write_world

    notes = Notes(is_synthetic=True, source_id=world_id(days=days, attempts=attempts))
    with writing(folder):
        manifest = current_manifest(folder)
        if manifest.loads and not manifest.is_synthetic:
            raise InvalidValue(
                f"{home} holds a real log; give the demo a home of its own: python -m etl demo --home demo"
            )
        check_source(folder, manifest, notes)
        with progress() as bar:
            task = bar.add_task("Inventing a year of attempts", total=days)
            write_world(home, days=days, attempts=attempts, on_day=lambda *_: bar.advance(task), is_locked=True)
    _load([folder.logs], CONTRACT, home, as_of=None)


@app.command()
def load(
    paths: Annotated[list[Path], typer.Argument(help="Log files or folders: .parquet, .csv, .csv.gz, .tsv.")],
    profile: Annotated[str, typer.Option(help="Mapping profile: a shipped name or a TOML file.")] = CONTRACT,
    home: HomeFolder = DEFAULT_HOME,
    as_of: Annotated[str | None, typer.Option(help="Until when the log is complete; else its newest attempt.")] = None,
) -> None:
    """Load log files through a mapping profile and publish a snapshot."""
    _load(paths, profile, home, as_of)


@app.command()
def build(
    home: HomeFolder = DEFAULT_HOME,
    from_scratch: Annotated[bool, typer.Option("--from-scratch", help="Sum every day again from its rows.")] = False,
) -> None:
    """Load what is new in HOME/logs, sum what changed, and publish a snapshot."""
    with progress() as bar:
        task = bar.add_task("Building the snapshot", total=None)
        result = rebuild(Home(home), from_scratch, lambda done, total: bar.update(task, completed=done, total=total))
    _report(result, home)


@app.command()
def status(home: HomeFolder = DEFAULT_HOME) -> None:
    """What is live: snapshot, loads, reconciliation, rules broken, codes that nobody mapped."""
    report.print_status(open_snapshot(home))


@app.command()
def summary(
    home: HomeFolder = DEFAULT_HOME,
    metric: Annotated[str, typer.Option("--metric", help="Metrics, separated by commas.")] = "refusal_rate",
    by: Annotated[str, typer.Option(help="Dimensions, separated by commas.")] = "",
    where: Annotated[list[str], typer.Option(help="region=CN-GD,CN-SH keeps; cause!=overload keeps all except.")] = [],  # noqa: B006 (Typer copies it)
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    attribution: Annotated[str, typer.Option(help="primary, any, fractional or sole.")] = "primary",
    format: Annotated[str, typer.Option(help="table, csv or parquet.")] = "table",
    out: Annotated[Path | None, typer.Option(help="File to write; a sidecar .about.json says what is in it.")] = None,
    language: Annotated[Language, typer.Option(help="Language of labels: en or zh.")] = Language.EN,
) -> None:
    """Print or write any metrics by any dimensions under any filters."""
    snapshot = open_snapshot(home)
    question = question_from(metric, by, where, since, until, attribution)
    check_period(question, snapshot)
    report.write(ask(snapshot, question), snapshot, question, format, out, language)


def _load(paths: list[Path], profile: str, home: Path, as_of: str | None) -> None:
    mapping = load_profile(profile)
    with progress() as bar:
        task = bar.add_task("Loading", total=None)
        result = add_files(
            Home(home),
            paths,
            mapping,
            as_of=as_of,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    _report(result, home)


def _report(result: Result, home: Path) -> None:
    report.print_load(result.load)
    console.print(f"Published snapshot {result.snapshot_id} in {home}. Look at it: python -m dashboard --home {home}")


if __name__ == "__main__":
    raise SystemExit(run(app))
