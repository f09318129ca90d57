"""Runs of the invented world that were stopped, killed or tampered with: whole days only, and they go on from there."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer

from etl.command_line import run as run_app
from etl.errors import InvalidValue, Stopped
from synthetic_data import make_world, write_world
from synthetic_data.crew import Crew, Shares
from synthetic_data.day_files import JOURNAL, Order
from synthetic_data.files import Format

LAST = date(2026, 10, 31)
ROOT = Path(__file__).parent.parent


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process group of its own, as a terminal starts it."""
    command = [sys.executable, "-m", "synthetic_data", "--home", str(home), *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as run:
        yield run


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    write_world(whole, days=6, attempts=3_000)

    def stop_on_the_fourth(day: date) -> None:
        if day == LAST - timedelta(days=2):
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match=r"^Stopped\. 4 of 6 days are finished"):
        write_world(stopped, days=6, attempts=3_000, on_day=stop_on_the_fourth)
    with (stopped / "truth" / JOURNAL).open("a", encoding="utf-8") as journal:
        journal.write('{"day": "2026-10-3')
    (stopped / "logs" / f"attempts-{LAST - timedelta(days=4)}.parquet").write_bytes(b"broken since")
    made: list[date] = []
    write_world(stopped, days=6, attempts=3_000, on_day=made.append)

    assert made == [LAST - timedelta(days=4), LAST - timedelta(days=1), LAST]
    for path in [*whole.rglob("*.parquet"), *whole.rglob("*.json"), whole / "events.toml"]:
        assert (stopped / path.relative_to(whole)).read_bytes() == path.read_bytes(), path


@pytest.mark.parametrize("line", ['{"day": 5', "null", "{}", '{"file": "../a"}', "\x00", "KEYS", '{"a": ' * 9_999])
def test_a_journal_that_cannot_be_read_costs_only_time(tmp_path: Path, line: str) -> None:
    first = write_world(tmp_path, days=2, attempts=300)
    path = tmp_path / "truth" / JOURNAL
    before, after = path.read_text(encoding="utf-8").splitlines()
    line = line.replace("KEYS", json.dumps({**json.loads(after), "more": 1}))
    path.write_text("\n".join([before, line, line + after]) + "\n", encoding="utf-8")
    made: list[date] = []

    assert write_world(tmp_path, days=2, attempts=300, on_day=made.append) == first
    assert made == [LAST]


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with running(tmp_path, "--days", "200", "--attempts", "4000000", "--jobs", "2") as run:
        waited(lambda: len(list((tmp_path / "logs").glob("attempts-*.parquet"))) > 2)
        run.kill()
    time.sleep(3)
    left = len(list((tmp_path / "logs").iterdir()))
    time.sleep(2)

    assert len(list((tmp_path / "logs").iterdir())) == left < 150


def waited(is_there: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_there():
            return
        time.sleep(0.1)
    raise AssertionError("nothing was written within 30 seconds")


def test_killed_at_any_time_it_leaves_only_whole_files_and_goes_on(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for seconds in (1.6, 2.0):
        with running(killed, "--days", "60", "--attempts", "60000") as run:
            with suppress(subprocess.TimeoutExpired):
                run.wait(seconds)
            run.kill()
        for path in (killed / "logs").glob("attempts-*.parquet"):
            assert pq.read_table(path).num_rows > 0
    write_world(killed, days=60, attempts=60_000)
    write_world(whole, days=60, attempts=60_000)

    assert tree(killed / "logs") == tree(whole / "logs")
    assert tree(killed / "truth" / "attempts") == tree(whole / "truth" / "attempts")


def tree(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def days_in(journal: Path) -> list[str]:
    return [json.loads(line)["day"] for line in journal.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_at_once_and_keeps_every_finished_day(tmp_path: Path, jobs: str) -> None:
    journal = tmp_path / "truth" / JOURNAL
    with running(tmp_path, "--days", "60", "--attempts", "12000000", "--jobs", jobs) as run:
        waited(lambda: journal.exists() and len(journal.read_bytes().splitlines()) > 2)
        start = time.monotonic()
        os.killpg(run.pid, signal.SIGINT)
        said = run.communicate(timeout=30)[1]
        seconds = time.monotonic() - start
    days = days_in(journal)

    assert (run.returncode, seconds < 3) == (130, True), seconds
    told = f"Stopped. {len(days)} of 60 days are finished; the same command goes on from there.\n"
    assert said.splitlines(keepends=True)[-1:] == [told]
    assert "Traceback" not in said
    logs = {path.name for path in (tmp_path / "logs").glob("attempts-*.parquet")}
    assert {f"attempts-{day}.parquet" for day in days} <= logs
    assert len(logs) <= len(days) + int(jobs)
    for name in logs:
        assert pq.read_table(tmp_path / "logs" / name).num_rows > 0


def test_ctrl_c_of_any_command_is_one_line_and_exit_code_130(capsys: pytest.CaptureFixture[str]) -> None:
    app = typer.Typer()

    @app.command()
    def wait() -> None:
        raise KeyboardInterrupt

    assert run_app(app, []) == 130
    assert capsys.readouterr().err == "Stopped. What was there before is still there; run it again.\n"


LOSSES: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "cut off": lambda path: os.truncate(path, 100),
    "changed": lambda path: path.write_bytes(path.read_bytes()[::-1]),
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=list(LOSSES))
@pytest.mark.parametrize("name", ["attempts/attempts-{}.parquet", "dirty/dirty-{}.parquet"])
def test_a_truth_that_was_lost_is_made_again(tmp_path: Path, name: str, lose: Callable[[Path], object]) -> None:
    order = {"days": 3, "attempts": 3_000, "dirty": 0.05}
    write_world(tmp_path, **order)
    day = LAST - timedelta(days=1)
    path = tmp_path / "truth" / name.format(day)
    content = path.read_bytes()
    lose(path)
    made: list[date] = []
    write_world(tmp_path, **order, on_day=made.append)

    assert (made, path.read_bytes()) == ([day], content)


OWN = ["attempts/attempts-mine.parquet", "attempts/attempts-2020-01-01.parquet", "dirty/dirty-1.parquet"]


@pytest.mark.parametrize("name", [*OWN, "incidents.json", "applicants.parquet", "days.jsonl"])
def test_a_truth_of_somebody_else_is_never_touched(tmp_path: Path, name: str) -> None:
    own = tmp_path / "truth" / name
    own.parent.mkdir(parents=True)
    own.write_text("mine", encoding="utf-8")

    with pytest.raises(InvalidValue, match=rf"{name} is not of a synthetic world that is known here; move it or give"):
        write_world(tmp_path, days=1, attempts=100)
    assert own.read_text(encoding="utf-8") == "mine"
    assert not list((tmp_path / "logs").iterdir())


@pytest.mark.parametrize("name", OWN)
def test_nor_is_it_touched_beside_a_world_that_makes_way(tmp_path: Path, name: str) -> None:
    write_world(tmp_path, days=2, attempts=100, dirty=0.1)
    before = tree(tmp_path / "truth" / "dirty")
    (tmp_path / "truth" / name).write_text("mine", encoding="utf-8")

    with pytest.raises(InvalidValue, match=rf"{name} is not of a synthetic world that is known here"):
        write_world(tmp_path, days=1, attempts=100)
    assert before.items() <= tree(tmp_path / "truth" / "dirty").items()


def test_a_world_makes_way_with_all_that_it_told(tmp_path: Path) -> None:
    write_world(tmp_path, days=2, attempts=300, dirty=0.1)
    write_world(tmp_path, days=1, attempts=100)

    assert not list((tmp_path / "truth" / "dirty").iterdir())
    assert days_in(tmp_path / "truth" / JOURNAL) == [str(LAST)]


def test_every_day_has_its_turn_once_and_nobody_waits_while_there_is_one() -> None:
    days = [LAST - timedelta(days=n) for n in range(40)]
    shares = Shares(days, 3)
    turns = [shares.next(process) for process in (0, 0, 0, 1, 0, 2) * 7]

    assert None not in turns[:40]
    assert sorted(day for day in turns if day) == sorted(days)
    assert [shares.next(process) for process in range(3)] == [None] * 3


def test_a_process_that_was_ended_from_outside_is_told_in_one_line(tmp_path: Path) -> None:
    order = Order(tmp_path, Format.PARQUET, make_world(days=4, attempts=400))
    with Crew(2) as crew:
        crew._workers[0].process.kill()
        with pytest.raises(InvalidValue, match=r"a process of --jobs was ended from outside; the same command goes on"):
            list(crew.files(order, list(order.world.days)))
