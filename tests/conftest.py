"""Logs drawn as text tables become snapshots, answers are compared with drawn tables; and the one real log."""

import csv
import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import planted
import pytest
from browsing import Heard, chromium, serving
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page

from etl.__main__ import app
from etl.command_line import run
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.snapshot import Snapshot, open_snapshot
from synthetic_data import WorldSummary, write_world

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "data"
HMDA = "hmda_2014_2017_us_sample_80k"

SHORT = {
    "id": "attempt_id",
    "at": "attempted_at",
    "grain": "time_grain",
    "reasons": "reason_codes",
    "amount": "amount_requested",
    "updated": "updated_at",
}
DEFAULT_AT = "2026-10-05"
BLANK_SLOT = "_"
file_numbers = count(1)

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def table(drawing: str) -> list[dict[str, str]]:
    """The rows of a drawing: cells between bars, the first line names the columns."""
    names, *lines = [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines()]
    return [dict(zip(names, line, strict=True)) for line in lines]


def contract_rows(drawing: str, file_number: int) -> Iterator[dict[str, str]]:
    """Rows of the contract: ids made up where none is drawn, `times` repeats a row, `_` is a blank slot."""
    for number, drawn in enumerate(table(drawing), start=1):
        times = int(drawn.pop("times", "") or 1)
        row = {SHORT.get(name, name): cell for name, cell in drawn.items()}
        row["attempted_at"] = _moment(row.get("attempted_at", DEFAULT_AT), row.get("time_grain", ""))
        row["reason_codes"] = "|".join(row.get("reason_codes", "").split()).replace(BLANK_SLOT, "")
        row.setdefault("outcome", "refused")
        id = row.pop("attempt_id", f"{file_number}-{number}")
        for repeated in range(times):
            yield {"attempt_id": id if times == 1 else f"{id}-{repeated}"} | row


def _moment(drawn: str, grain: str) -> str:
    """A drawn `2026-10-05` or `2026-10-05 09:30` is Shanghai's; everything else goes into the file as it stands."""
    if grain not in ("", "instant") or not re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", drawn):
        return drawn
    return f"{drawn if ' ' in drawn else drawn + ' 12:00'}:00+08:00"


def write_log(folder: Path, drawing: str, name: str = "", tail: str = "") -> Path:
    """The drawing as a CSV file of the contract; `tail` is appended as it is."""
    number = next(file_numbers)
    rows = list(contract_rows(drawing, number))
    path = folder / (name or f"log{number}.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.write(tail)
    return path


def load(home: Path, *paths: Path, profile: str = "contract", **options: Any) -> Snapshot:
    add_files(Home(home), list(paths), load_profile(profile), lambda *_: None, **options)
    return open_snapshot(home)


def publish_into(folder: Path, drawing: str, *, name: str = "", tail: str = "", **options: Any) -> Snapshot:
    """Draw, load, publish and open; again into the same folder adds to the same home."""
    return load(folder / "home", write_log(folder, drawing, name, tail), **options)


def drawn(value: Any) -> str:
    """A value of an answer as it stands in a drawing; `–` is missing."""
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def is_drawn(frame: pd.DataFrame, drawing: str) -> None:
    """Asserts that the drawn columns of the answer read as drawn, row by row."""
    expected = table(drawing)
    columns = list(expected[0])
    assert set(columns) <= set(frame.columns)
    found = [dict(zip(columns, map(drawn, row), strict=True)) for row in frame[columns].itertuples(index=False)]
    assert found == expected


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where `publish` publishes."""
    return tmp_path / "home"


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Snapshot]:
    return partial(publish_into, tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., Path]:
    """Draws a log file without loading it."""
    return partial(write_log, tmp_path)


@pytest.fixture
def etl(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line in this process: exit code, standard output, standard error."""

    def command(*words: str | Path) -> tuple[int, str, str]:
        code = run(app, [str(word) for word in words])
        sys.stdout.flush()
        printed = capfdbinary.readouterr()
        return code, printed.out.decode("utf-8"), printed.err.decode("utf-8")

    return command


@pytest.fixture(scope="module")
def publish_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Snapshot]:
    """Publishes a drawing that a whole module asks questions of, in a home of its own."""
    return lambda drawing, **options: publish_into(tmp_path_factory.mktemp("once"), drawing, **options)


@pytest.fixture(scope="session")
def shows() -> Callable[[pd.DataFrame, str], None]:
    return is_drawn


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """A folder that the first worker who needs it makes, and that all others wait for. Not to be changed."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, draft = shared / f"shared-{name}", shared / f"draft-{name}"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(draft, ignore_errors=True)
                make(draft)
                draft.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def synthetic_home(made_once: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty days of the invented world, loaded as the demo is."""

    def make(home: Path) -> None:
        write_world(home, days=60, attempts=20_000)
        load(home, home / "logs")

    return shutil.copytree(made_once("synthetic", make), tmp_path_factory.mktemp("synthetic"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def served(synthetic_home: Path) -> Iterator[str]:
    """The address of a dashboard that serves it, in a process of its own, which is warm after the first test."""
    with serving(synthetic_home) as found:
        yield found


@pytest.fixture(scope="module")
def address(served: str) -> str:
    """Where the pages of a module are; one that needs another home has its own."""
    return served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """One for all tests of a module, so that Chromium reads the large scripts once."""
    with browser.new_context(base_url=address, locale="en-US", viewport={"width": 1440, "height": 1000}) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of its own; whatever a test does there, nothing goes wrong in the console or out to the net."""
    heard, tab = Heard(), context.new_page()
    heard.listen(tab)
    yield tab
    tab.close()
    assert (heard.foreign, heard.complaints) == ([], [])


@pytest.fixture(scope="session")
def hmda_file() -> Path:
    path = REAL / f"{HMDA}.csv.gz"
    if not path.exists():
        pytest.skip(f"no {path.name} in {REAL.parent.name}/{REAL.name} beside the repository: the real log is not here")
    return path


@pytest.fixture(scope="session")
def hmda_answers(hmda_file: Path) -> dict[str, Any]:
    """What is true of the real log, each answer made with SQL by others."""
    stored = json.loads((REAL / f"{HMDA}.answers.json").read_text(encoding="utf-8"))
    return {name: answer["result"] for name, answer in stored["answers"].items()}


@pytest.fixture(scope="session")
def hmda_home(hmda_file: Path, made_once: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = made_once("hmda", lambda home: load(home, hmda_file, profile="hmda2014"))
    return shutil.copytree(made, tmp_path_factory.mktemp("hmda"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def hmda_snapshot(hmda_home: Path) -> Snapshot:
    return open_snapshot(hmda_home)


@pytest.fixture(scope="session")
def year(made_once: Callable[..., Path]) -> WorldSummary:
    """The default year, a tenth of the demo's size."""
    home = made_once("year", lambda home: write_world(home, attempts=planted.ATTEMPTS))
    return write_world(home, attempts=planted.ATTEMPTS)  # which finds every day there


@pytest.fixture(scope="session")
def year_log(year: WorldSummary) -> pd.DataFrame:
    return planted.read_log(year.home)


@pytest.fixture(scope="session")
def year_truth(year: WorldSummary) -> pd.DataFrame:
    return planted.read_truth(year.home)
