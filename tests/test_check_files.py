"""The self-check of a world whose files were touched: what is changed, missing, added or unreadable is told."""

import json
import shlex
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted import plain

from etl.command_line import run
from etl.errors import InvalidValue, UnreadableInput
from synthetic_data import write_world
from synthetic_data.check import check_world
from synthetic_data.commands import app
from synthetic_data.evidence import filing, laws, spoilt, sums

LAST = date(2026, 10, 31)
DAYS = 6
LOG = f"logs/attempts-{LAST}.parquet"
TRUTH = f"truth/attempts/attempts-{LAST}.parquet"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("clean"), days=DAYS, attempts=6_000).home


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("dirty"), days=DAYS, attempts=6_000, dirty=0.1).home


@pytest.fixture
def home(clean: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clean, tmp_path / "home"))


def broken(home: Path) -> set[str]:
    report = check_world(home)
    names = {law.name for law in report.laws if not law.holds}
    assert report.passes == (not names)
    return names


def rewrite(path: Path, change: Callable[[Any], Any]) -> None:
    """Changes what a JSON file holds."""
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(content) or content), encoding="utf-8")


def retable(path: Path, change: Callable[[Any], Any]) -> None:
    """Changes the rows of a Parquet file."""
    table = plain(pq.read_table(path))
    frame = table.to_pandas()
    pq.write_table(pa.Table.from_pandas(change(frame), table.schema, preserve_index=False), path)


def forged(home: Path) -> None:
    """The hash of the last day's log where the manifest and the journal have it: only its rows can tell."""
    known = filing.sha256((home / LOG).read_bytes()).hexdigest()
    rewrite(home / "logs" / "manifest.json", lambda content: content["days"][-1].update(sha256=known))
    journal = home / "truth" / "days.jsonl"
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if line["day"] == str(LAST):
            line["sha256"] = known
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_a_world_as_it_was_written_passes(clean: Path, dirty: Path) -> None:
    assert broken(clean) == broken(dirty) == set()


# ------------------------------------------------------------------------------------------- files


def swapped(frame: Any) -> Any:
    return frame.iloc[[1, 0, *range(2, len(frame))]]


def silent(frame: Any) -> Any:
    return frame.assign(reason_codes=None)


def strange(frame: Any) -> Any:
    return frame.assign(outcome=["vanished", *frame["outcome"][1:]])


@pytest.mark.parametrize(
    ("change", "law"),
    [
        (swapped, "attempts stand in the order of time"),
        (silent, laws.WITH_A_REASON),
        (strange, "each outcome is one of the contract"),
    ],
)
def test_a_log_that_was_changed_is_known_by_its_hash_and_by_its_rows(home: Path, change: Any, law: str) -> None:
    retable(home / LOG, change)
    assert {filing.BY_BYTE, law} <= broken(home)

    forged(home)
    assert filing.BY_BYTE not in broken(home)
    assert law in broken(home)


@pytest.mark.parametrize("name", [LOG, TRUTH, "events.toml"])
def test_a_file_that_is_missing_or_has_another_byte_is_told(home: Path, name: str) -> None:
    text = (home / name).read_bytes()
    (home / name).unlink()
    assert filing.BY_BYTE in broken(home)

    (home / name).write_bytes(text)
    assert broken(home) == set()
    (home / name).write_bytes(text + b"\n" if name.endswith("toml") else retouched(home / name))
    assert filing.BY_BYTE in broken(home)


def retouched(path: Path) -> bytes:
    """The same rows in other bytes."""
    pq.write_table(pq.read_table(path), path, compression="gzip")
    return path.read_bytes()


@pytest.mark.parametrize("name", ["logs/more.csv", "logs/attempts-2020-01-01.parquet", "truth/attempts/a.parquet"])
def test_a_file_that_nobody_lists_is_told(home: Path, name: str) -> None:
    shutil.copy(home / LOG, home / name)

    assert broken(home) == {filing.ALONE}


def test_what_a_system_leaves_in_a_folder_is_no_log(home: Path) -> None:
    (home / "logs" / ".DS_Store").write_bytes(b"")

    assert broken(home) == set()


def test_another_hash_in_the_manifest_or_a_day_that_the_journal_lacks_is_told(home: Path) -> None:
    rewrite(home / "logs" / "manifest.json", lambda content: content["days"][2].update(sha256="0" * 64))
    assert broken(home) == {filing.BY_BYTE, filing.NOTED}

    journal = home / "truth" / "days.jsonl"
    journal.write_text("".join(journal.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert {filing.NOTED, sums.ADDED_UP} <= broken(home)


# ------------------------------------------------------------------------------------------- sums


def tenfold(content: Any) -> None:
    for one in content:
        one.update({name: 10 * number for name, number in one.items() if isinstance(number, int)})


def test_sums_that_are_ten_times_as_large_or_an_incident_that_is_denied_are_told(home: Path) -> None:
    path = home / "truth" / "incidents.json"
    told = path.read_bytes()
    rewrite(path, tenfold)
    assert {sums.ADDED_UP, sums.WHOLE, sums.COUNTED} <= broken(home)

    path.write_text("[]", encoding="utf-8")
    assert {sums.ADDED_UP, sums.WHOLE, sums.COUNTED} <= broken(home)
    path.write_bytes(told)
    assert broken(home) == set()


@pytest.mark.parametrize("name", ["refusals_net", "loans_lost", "lending_lost", "amount_caused", "refusals_induced"])
def test_each_sum_is_held_against_the_days(home: Path, name: str) -> None:
    rewrite(home / "truth" / "incidents.json", lambda content: content[0].update({name: content[0][name] + 90_000}))

    assert sums.ADDED_UP in broken(home)


# ------------------------------------------------------------------------------------------- labels


@pytest.fixture
def spoiled(dirty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(dirty, tmp_path / "home"))


def relabel(home: Path, change: Callable[[Any], Any]) -> None:
    for path in (home / "truth" / "dirty").iterdir():
        retable(path, change)


def test_a_world_that_is_labelled_through_and_through_does_not_pass(spoiled: Path) -> None:
    for day in (LAST - timedelta(days=n) for n in range(DAYS)):
        ids = pq.read_table(spoiled / f"logs/attempts-{day}.parquet")["attempt_id"]
        labels = pa.table({"attempt_id": ids, "label": ["mojibake"] * len(ids)})
        pq.write_table(labels, spoiled / f"truth/dirty/dirty-{day}.parquet")

    assert {spoilt.AS_MANY, spoilt.SEEN} <= broken(spoiled)


def test_labels_that_are_gone_are_missed(spoiled: Path) -> None:
    relabel(spoiled, lambda frame: frame[:5])

    assert spoilt.AS_MANY in broken(spoiled)


@pytest.mark.parametrize("kind", [*spoilt.VISIBLE, spoilt.Mess.CLOCK_SKEW, spoilt.Mess.LATE, "drawn"])
def test_a_label_of_a_row_that_does_not_show_it_is_told(spoiled: Path, kind: str) -> None:
    """Those of another kind get this one."""
    relabel(spoiled, lambda frame: frame.assign(label=[*([str(kind)] * 40), *frame["label"][40:]]))

    assert spoilt.SEEN in broken(spoiled)


# ------------------------------------------------------------------------------------------- where to go on


def test_without_a_world_the_check_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="no synthetic world; make one: python -m synthetic_data --home"):
        check_world(tmp_path)


@pytest.mark.parametrize("scenario", ["calm", "mine"])
def test_of_a_world_that_is_not_finished_the_command_goes_on_with_it(tmp_path: Path, scenario: str) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("", encoding="utf-8")
    asked = {"days": 3, "attempts": 700, "seed": 5, "dirty": 0.25, "format": "csv", "end": date(2026, 3, 4)}
    write_world(tmp_path / "a home", **asked, scenario=str(mine) if scenario == "mine" else scenario)
    rewrite(tmp_path / "a home" / "logs" / "manifest.json", lambda content: content.update(is_complete=False, days=[]))
    with pytest.raises(InvalidValue, match="not finished; go on with it: ") as told:
        check_world(tmp_path / "a home")
    command = str(told.value).split("go on with it: ")[1]

    if scenario == "mine":
        assert command.endswith("(give the path of mine.toml, which is not one of ours)")
        return
    typed = shlex.split(command)
    assert typed[:3] == ["python", "-m", "synthetic_data"]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "a home" / "logs").glob("*.csv")}
    assert run(app, typed[3:]) == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert broken(tmp_path / "a home") == set()


def test_what_is_wrong_with_a_file_is_one_line_and_exit_code_2(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "truth" / "incidents.json").write_text('[{"id": 3}]', encoding="utf-8")

    assert run(app, ["check", str(home)]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "incidents.json, entry 1" in line
    assert "mend it: python -m synthetic_data --home" in line


def test_a_truth_that_was_deleted_is_missed_and_the_command_mends_it(home: Path) -> None:
    shutil.rmtree(home / "truth")
    with pytest.raises(UnreadableInput, match=r"days\.jsonl is missing; mend it: ") as told:
        check_world(home)

    assert run(app, shlex.split(str(told.value).split("mend it: ")[1])[3:]) == 0
    assert broken(home) == set()
