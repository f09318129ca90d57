"""The command line of the core: what there is to load, look at, ask and undo. It reads arguments, calls and prints."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from etl import report
from etl.command_line import USER_MISTAKE, console, progress, run
from etl.errors import InvalidValue
from etl.home import Home
from etl.lock import writing
from etl.notes import Notes
from etl.pipeline import Result, Trial, add_files, check_source, rebuild, try_files
from etl.profile import CONTRACT, Profile, load_profile
from etl.publish import current_manifest, roll_back
from etl.quarantine import By, balance, check_rule, counted_rows_kept_out, parts_kept_out, rows_kept_out
from etl.snapshot import open_snapshot
from etl.traces import publishing
from etl.verify import verify as verified_home
from etl.words import Language

app = typer.Typer(
    name="etl",
    help="Load attempt logs, publish snapshots, and answer questions from them.",
    add_completion=False,
    rich_markup_mode=None,
)

Sources = Annotated[
    list[str],
    typer.Argument(help="Files, folders, patterns: CSV, TSV, JSON lines (.gz, .zst), Parquet, FILE.duckdb::TABLE."),
]
MappingProfile = Annotated[str, typer.Option("--profile", help="Mapping profile: a shipped name or a TOML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
HomeFolder = Annotated[Path, typer.Option("--home", help="Folder that holds logs, store and snapshots.")]
DEFAULT_HOME = Path("data")


class Engine(StrEnum):
    """What reads the log and sums it."""

    HERE = "duckdb"
    SPARK = "spark"


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
    _load([str(folder.logs)], CONTRACT, home, as_of=None)


@app.command()
def load(
    paths: Sources,
    profile: MappingProfile = CONTRACT,
    home: HomeFolder = DEFAULT_HOME,
    as_of: Annotated[str | None, typer.Option(help="Until when the log is complete; else its newest attempt.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but publish.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Publish whatever share of the rows is kept out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load log files through a mapping profile and publish a snapshot."""
    if dry_run:
        report.print_trial(_tried(Home(home), paths, load_profile(profile, Home(home))), home, as_json=as_json)
    else:
        _load(paths, profile, home, as_of, is_forced=force, as_json=as_json)


@app.command()
def check(
    paths: Sources, profile: MappingProfile = CONTRACT, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False
) -> None:
    """Hold log files against the contract without loading them: what would be kept out, and why.

    The home is only asked for the code lists that the profile names.
    """
    with tempfile.TemporaryDirectory(prefix="refusal-lens-") as folder:
        trial = _tried(Home(Path(folder)), paths, load_profile(profile, Home(home)))
        report.print_trial(trial, None, as_json=as_json)
        if not as_json:
            report.print_rows_kept_out(trial.rows_kept_out)


@app.command("profile")
def draft_profile(
    path: Annotated[Path, typer.Argument(help="A log file that no profile describes yet.")],
    out: Annotated[Path | None, typer.Option(help="TOML file to write; one that exists stays as it is.")] = None,
) -> None:
    """Draft a mapping profile for a file: TOML with a guess for every column, and questions."""
    from etl.draft import drafted, write_new

    if out is None:
        print(drafted(path), end="")
        return
    write_new(drafted(path), out)
    console.print(f"Drafted {out}. Answer its questions, then: python -m etl load {path} --profile {out}")


@app.command()
def build(
    home: HomeFolder = DEFAULT_HOME,
    from_scratch: Annotated[bool, typer.Option("--from-scratch", help="Sum every day again from its rows.")] = False,
    engine: Annotated[
        Engine, typer.Option(help="What sums: this machine, or Spark the whole of SOURCE.")
    ] = Engine.HERE,
    master: Annotated[str, typer.Option(help="Of Spark: local[2], spark://host:7077, yarn …")] = "local[*]",
    source: Annotated[
        str | None, typer.Option(help="For Spark: a location of Parquet in the contract's shape; else HOME/logs.")
    ] = None,
    results: Annotated[Path | None, typer.Option(help="For Spark: a folder that its executors share with us.")] = None,
    force: Annotated[bool, typer.Option("--force", help="With Spark, as of load.")] = False,
) -> None:
    """Load what is new in HOME/logs, sum what changed, and publish a snapshot; or have Spark sum a log elsewhere."""
    if engine is Engine.SPARK:
        _build_on_spark(Home(home), master, source, results, is_forced=force)
        return
    with progress(of_bytes=True) as bar:
        task = bar.add_task("Building the snapshot", total=None)
        result = rebuild(Home(home), from_scratch, lambda done, total: bar.update(task, completed=done, total=total))
    _report(result, home)


def _build_on_spark(home: Home, master: str, source: str | None, results: Path | None, *, is_forced: bool) -> None:
    from etl.spark import check_installed

    check_installed()
    from etl.spark.building import Cluster, build_on_spark

    cluster = Cluster(master, source or str(home.logs.resolve()), results)
    with progress() as bar:
        task = bar.add_task("Spark sums the log", total=None)
        result = build_on_spark(
            home, cluster, lambda done, total: bar.update(task, completed=done, total=total), is_forced=is_forced
        )
    _report(result, home.root)


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
    format: Annotated[str, typer.Option(help="table, csv, xlsx or parquet.")] = "table",
    out: Annotated[Path | None, typer.Option(help="File to write; a sidecar .about.json says what is in it.")] = None,
    language: Annotated[Language, typer.Option(help="Language of labels: en or zh.")] = Language.EN,
) -> None:
    """Print or write any metrics by any dimensions under any filters."""
    from etl import answers
    from etl.asking import check_period, question_from
    from etl.query import ask

    snapshot = open_snapshot(home)
    question = question_from(metric, by, where, since, until, attribution)
    check_period(question, snapshot)
    answers.write(ask(snapshot, question), snapshot, question, format, out, language)


@app.command()
def rows(
    home: HomeFolder = DEFAULT_HOME,
    metric: Annotated[str, typer.Option("--metric", help="The number whose rows are wanted.")] = "refusals",
    where: Annotated[list[str], typer.Option(help="As of summary.")] = [],  # noqa: B006 (Typer copies it)
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    attribution: Annotated[str, typer.Option(help="primary, any, fractional or sole.")] = "primary",
    limit: Annotated[int, typer.Option(min=1, help="Rows on the screen at most, the newest first.")] = 20,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write all of them to this file; - is standard output.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of labels: en or zh.")] = Language.EN,
) -> None:
    """The attempts behind a number, ids masked: some on the screen, all of them as CSV."""
    from etl.asking import check_period, question_from
    from etl.row_files import print_rows, write_csv
    from etl.rows import Rows, behind

    snapshot = open_snapshot(home)
    question = question_from(behind(metric), "", where, since, until, attribution)
    check_period(question, snapshot)
    found = Rows(snapshot, question)
    print_rows(found, limit, language) if csv is None else write_csv(found, csv, language)


@app.command()
def quarantine(
    home: HomeFolder = DEFAULT_HOME,
    by: Annotated[By | None, typer.Option(help="Count them by rule or by file instead of listing them.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only the rows that broke this rule.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows listed at most.")] = 50,
    out: Annotated[Path | None, typer.Option(help="CSV file to write all of them to.")] = None,
) -> None:
    """The rows kept out of the numbers: file, line, every rule broken, and the row itself.

    Listed is what is still open, each content once; --out writes what is mended too, and by which file.
    """
    check_rule(rule)
    parts = parts_kept_out(Home(home))
    if by is not None:
        report.print_counts_kept_out(counted_rows_kept_out(parts, by))
    elif out is not None:
        from etl.answers import write_rows_kept_out

        write_rows_kept_out(rows_kept_out(parts, rule=rule), out)
    else:
        report.print_quarantine(rows_kept_out(parts, limit, rule, is_open=True), balance(parts))


@app.command()
def verify(home: HomeFolder = DEFAULT_HOME) -> int:
    """Read everything again that the live snapshot rests on, and hold it against what was written."""
    with progress() as bar:
        task = bar.add_task("Reading every part", total=None)
        verified = verified_home(Home(home), lambda done, total: bar.update(task, completed=done, total=total))
    report.print_verified(verified)
    return USER_MISTAKE if verified.problems else 0


@app.command()
def rollback(
    home: HomeFolder = DEFAULT_HOME,
    to: Annotated[str | None, typer.Option(help="Snapshot to go back to; else the last before the live one.")] = None,
) -> None:
    """Make an earlier snapshot live again. What was loaded since can be loaded again."""
    with publishing(Home(home), "a rollback"):
        snapshot_id = roll_back(Home(home), to)
    console.print(f"Live is snapshot {snapshot_id} in {home}.")


def _tried(home: Home, paths: list[str], profile: Profile) -> Trial:
    with progress(of_bytes=True) as bar:
        task = bar.add_task("Checking", total=None)
        return try_files(home, paths, profile, lambda done, total: bar.update(task, completed=done, total=total))


def _load(
    paths: list[str], profile: str, home: Path, as_of: str | None, *, is_forced: bool = False, as_json: bool = False
) -> None:
    mapping = load_profile(profile, Home(home))
    with progress(of_bytes=True) as bar:
        task = bar.add_task("Loading", total=None)
        result = add_files(
            Home(home),
            paths,
            mapping,
            as_of=as_of,
            is_forced=is_forced,
            on_progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if as_json:
        report.print_json(result.load, snapshot_id=result.snapshot_id)
    else:
        _report(result, home)


def _report(result: Result, home: Path) -> None:
    report.print_load(result.load)
    if result.warning:
        console.print(f"warning: {result.warning} --home {home}")
    console.print(f"Published snapshot {result.snapshot_id} in {home}. Look at it: python -m dashboard --home {home}")


if __name__ == "__main__":
    raise SystemExit(run(app))
