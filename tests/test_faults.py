"""What must not cost a row: loaders killed at random while others read, a full disk, a home nobody may write to."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.query import Question, ask
from etl.snapshot import open_snapshot
from etl.verify import verify

ROOT = Path(__file__).parent.parent
ROWS = 40
KILLS = 20
MOST_SECONDS = 75
PAUSE = 0.02
"""Seconds between two questions of a reader, who else would take the processor from the loaders."""
LOADER = """
import sys
from pathlib import Path
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile

home, *files = map(Path, sys.argv[1:])
print("ready", flush=True)
for file in files:
    add_files(Home(home), [file], load_profile("contract"), lambda *_: None)
    print(file.name, flush=True)
"""


def write_day(folder: Path, number: int) -> Path:
    """A file of forty attempts, most on a day of its own, and one that is pending until the next file approves it."""
    day = f"2026-{1 + number // 28:02}-{1 + number % 28:02}T04:00:00Z"
    lines = ["attempt_id,outcome,attempted_at,updated_at"]
    lines += [f"{number}-{row},refused,{day}," for row in range(ROWS - 1)]
    lines += [f"waiting-{number},pending,{day},{day}"]
    lines += [f"waiting-{number - 1},approved,{day},{day}"] if number else []
    path = folder / f"{number:04}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def attempts(home: Path) -> tuple[int, int]:
    """All attempts of the live snapshot, and those that are pending."""
    frame = ask(open_snapshot(home), Question(("rows",), ("outcome",))).set_index("outcome")["rows"]
    return int(frame.sum()), int(frame.get("pending", 0))


@dataclass
class Reader:
    """Asks again and again, from a thread of its own, and notes what a reader must never see."""

    home: Path
    seen: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.is_over.is_set():
            try:
                count, pending = attempts(self.home)
            except Exception as problem:  # noqa: BLE001 (whatever a reader gets to see is the finding)
                self.wrong.append(f"{type(problem).__name__}: {problem}")
                return
            if count % ROWS or pending != 1:
                self.wrong.append(f"half a load: {count} attempts, {pending} pending")
            self.seen.append(count)
            self.is_over.wait(PAUSE)


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[list[Reader]]:
    """Two readers of a home that holds the first file."""
    home = tmp_path / "home"
    add_files(Home(home), [write_day(tmp_path, 0)], load_profile("contract"), lambda *_: None)
    both = [Reader(home), Reader(home)]
    threads = [threading.Thread(target=reader.run, daemon=True) for reader in both]
    for thread in threads:
        thread.start()
    yield both
    for reader in both:
        reader.is_over.set()
    for thread in threads:
        thread.join(timeout=30)


def time_of_a_load(home: Path, file: Path) -> float:
    """Seconds that a loader of its own takes for one file, without its start."""
    words = [sys.executable, "-c", LOADER, str(home), str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as loader:
        assert loader.stdout is not None
        loader.stdout.readline()
        start = time.monotonic()
        loader.stdout.read()
    return time.monotonic() - start


def killed_while_loading(home: Path, files: list[Path], delay: float) -> list[str]:
    """Starts a loader, kills it after so many seconds of loading; the files whose load it had reported."""
    words = [sys.executable, "-c", LOADER, str(home), *map(str, files)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as loader:
        assert loader.stdout is not None
        assert loader.stdout.readline() == "ready\n"
        time.sleep(delay)
        os.kill(loader.pid, signal.SIGKILL)
        return loader.stdout.read().split()


def test_no_reported_row_is_lost_or_counted_twice_when_loaders_are_killed(
    tmp_path: Path, readers: list[Reader]
) -> None:
    home, chance, end = tmp_path / "home", random.Random(2026), time.monotonic() + MOST_SECONDS
    files = [write_day(tmp_path, number) for number in range(1, 4 * KILLS)]
    longest = 2.5 * time_of_a_load(home, files[0])
    reported = {files[0].name}
    kills = 0
    while kills < KILLS and time.monotonic() < end:
        reported.update(killed_while_loading(home, files, chance.uniform(0, longest)))
        kills += 1
        assert attempts(home)[0] >= ROWS * (1 + len(reported)), "a row that was reported is not there"
    add_files(
        Home(home), files[: 1 + max(int(name[:4]) for name in reported)], load_profile("contract"), lambda *_: None
    )

    assert kills >= KILLS // 3, "this machine is too slow for the test to say anything"
    assert len(reported) > 1
    assert attempts(home)[0] >= ROWS * (2 + len(reported))
    assert open_snapshot(home).reconciliation().closes
    assert verify(Home(home), lambda *_: None).problems == ()
    for reader in readers:
        assert reader.wrong == []
        assert reader.seen == sorted(reader.seen)
        assert len(set(reader.seen)) > 1


# ------------------------------------------------------------------------------------------- disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here (that takes root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def run_load(home: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "etl", "load", *map(str, files), "--home", str(home)]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


def test_a_full_disk_is_one_line_and_what_was_live_stays_live(small_disk: Path, tmp_path: Path) -> None:
    home = small_disk / "home"
    add_files(Home(home), [write_day(tmp_path, 0)], load_profile("contract"), lambda *_: None)
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(bytes(free - 60_000))
    done = run_load(home, write_day(tmp_path, 1))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert attempts(home) == (ROWS, 1)
    (small_disk / "filler").unlink()
    assert run_load(home, tmp_path / "0001.csv").returncode == 0
    assert attempts(home) == (2 * ROWS, 1)


def test_a_home_on_a_disk_that_may_only_be_read_still_answers_and_refuses_to_load(
    small_disk: Path, tmp_path: Path
) -> None:
    home = small_disk / "home"
    add_files(Home(home), [write_day(tmp_path, 0)], load_profile("contract"), lambda *_: None)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = run_load(home, write_day(tmp_path, 1))

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "give another --home" in done.stderr
    assert attempts(home) == (ROWS, 1)
