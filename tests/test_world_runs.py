"""Runs of the invented world: the same whatever the number of processes, stopped or killed, dirty or shifted."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted import plain

from etl.contract import COLUMN_NAMES
from etl.errors import InvalidValue
from synthetic_data import make_day, make_world, write_world
from synthetic_data.files import Format, encoded
from synthetic_data.room import JOURNAL

LAST = date(2026, 10, 31)


GOLDEN = {
    date(2025, 11, 11): "b66fc5ae34feb14351335080dcd320b2716b3a19045283b9eaf54e2abce425db",
    date(2026, 6, 1): "245f5716c29ebf9574e68c73b1df39d2cfe9b8114e44fafaea1b496a502e80f8",
    LAST: "a44ae7169b9f323b287f5358ca7892450b4e6e0fe17e0c5f1c6329cabc7a8a7f",
}
"""Hashes over the whole numbers of three days of a small default world, found with numpy 2.4."""


@pytest.mark.parametrize("day", GOLDEN, ids=str)
def test_a_day_is_the_same_on_every_machine(day: date) -> None:
    digest = make_day(make_world(attempts=60_000), day).digest

    assert digest == GOLDEN[day], f"numpy {np.__version__}, or a change of the world: then raise worlds.VERSION"


def test_json_lines_say_the_same_as_a_parquet_log(tmp_path: Path) -> None:
    for kind in ("parquet", "jsonl"):
        write_world(tmp_path / kind, days=2, attempts=800, format=kind)
    parquet = plain(pq.read_table(tmp_path / "parquet" / "logs" / f"attempts-{LAST}.parquet"))
    lines = (tmp_path / "jsonl" / "logs" / f"attempts-{LAST}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]

    assert [list(row) for row in rows[:3]] == [list(COLUMN_NAMES)] * 3
    for name in ("attempt_id", "outcome", "city", "reason_codes", "amount_requested", "score", "latency_ms"):
        assert [row[name] for row in rows] == parquet[name].to_pylist()
    assert [datetime.fromisoformat(row["attempted_at"]) for row in rows] == parquet["attempted_at"].to_pylist()


@pytest.mark.parametrize("dirty", [0.0, 0.2], ids=["clean", "dirty"])
def test_a_parquet_log_reads_the_same_in_pyarrow_pandas_and_duckdb(tmp_path: Path, dirty: float) -> None:
    log = make_day(make_world(days=2, attempts=4_000, dirty=dirty), LAST).log
    path = tmp_path / "log.parquet"
    path.write_bytes(encoded(log, Format.PARQUET))
    found = duckdb.read_parquet(str(path)).to_arrow_table()

    assert pq.read_table(path).equals(log.combine_chunks().unify_dictionaries())
    assert pd.read_parquet(path).equals(log.to_pandas())
    assert found.cast(plain(log).schema).equals(plain(log))


def test_a_world_waits_for_neither_duckdb_nor_pandas(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from synthetic_data import write_world; "
    made = f"write_world(Path({str(tmp_path)!r}), days=2, attempts=600); "
    told = "print([name for name in ('duckdb', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program + made + told], capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_a_day_of_which_only_late_lines_are_left_is_whole_in_every_format() -> None:
    log = make_day(make_world(days=1, attempts=60), LAST).log
    late = pa.concat_tables([log.slice(0, 0), log.slice(0, 2), log.slice(2)])

    for kind in Format:
        assert bytes(encoded(late, kind)) == bytes(encoded(log, kind)), kind


def test_the_world_is_the_same_whatever_the_number_of_processes(tmp_path: Path) -> None:
    for jobs in (1, 2):
        write_world(tmp_path / str(jobs), days=5, attempts=3_000, jobs=jobs, dirty=0.05)
    one, two = (tmp_path / name for name in ("1", "2"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())

    assert files == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    for name in (file for file in files if file.name != JOURNAL):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_days_made_alone_are_those_of_the_whole_world_and_the_rest_can_follow(tmp_path: Path) -> None:
    whole, alone = tmp_path / "whole", tmp_path / "alone"
    order = {"days": 6, "attempts": 3_000, "dirty": 0.05}
    write_world(whole, **order)
    days = [LAST - timedelta(days=3), LAST - timedelta(days=2)]
    some = write_world(alone, **order, since=days[0], until=days[1])

    assert (some.days_to_come, (alone / "truth" / "incidents.json").exists()) == (4, False)
    assert json.loads((alone / "logs" / "manifest.json").read_text(encoding="utf-8"))["is_complete"] is False
    logs = sorted((alone / "logs").glob("attempts-*"))
    assert [path.name for path in logs] == [f"attempts-{day}.parquet" for day in days]
    for path in alone.rglob("*.parquet"):
        assert path.read_bytes() == (whole / path.relative_to(alone)).read_bytes(), path
    made: list[date] = []
    write_world(alone, **order, on_day=made.append)
    assert len(made) == 4
    for path in [*whole.rglob("*.parquet"), *whole.rglob("*.json")]:
        assert (alone / path.relative_to(whole)).read_bytes() == path.read_bytes(), path


@pytest.mark.parametrize(("since", "until"), [("2026-10-01", None), (None, "2026-11-01"), ("2026-10-31", "2026-10-30")])
def test_days_outside_the_world_get_one_line(tmp_path: Path, since: str | None, until: str | None) -> None:
    some = {name: date.fromisoformat(day) for name, day in (("since", since), ("until", until)) if day}

    with pytest.raises(InvalidValue, match=r"--since .* --until .*: this world has days from 2026-10-30 to 2026-10-31"):
        write_world(tmp_path, days=2, attempts=100, **some)


def test_a_dirty_world_is_the_clean_one_with_labelled_lines(tmp_path: Path) -> None:
    for share in (0.0, 0.1):
        write_world(tmp_path / str(share), days=3, attempts=3_000, dirty=share)
    clean, dirty = (lines_of(tmp_path / name) for name in ("0.0", "0.1"))
    labels = pa.concat_tables([pq.read_table(path) for path in (tmp_path / "0.1" / "truth").glob("dirty/*.parquet")])
    labelled = set(labels["attempt_id"].to_pylist())

    assert {row["attempt_id"] for row in dirty} == {row["attempt_id"] for row in clean}
    assert len(dirty) == len(clean) + labels["label"].to_pylist().count("duplicate")
    untouched = [row for row in dirty if row["attempt_id"] not in labelled]
    assert sorted(untouched, key=by_id) == sorted(
        (row for row in clean if row["attempt_id"] not in labelled), key=by_id
    )
    assert 0.07 < len(labelled) / len(clean) < 0.13


def lines_of(home: Path) -> list[dict[str, object]]:
    tables = [plain(pq.read_table(path)) for path in sorted((home / "logs").glob("*.parquet"))]
    rows = [row for table in tables for row in table.to_pylist()]
    for row in rows:
        row["amount_requested"] = None if row["amount_requested"] is None else str(row["amount_requested"])
    return rows


def by_id(row: dict[str, object]) -> str:
    return str(row["attempt_id"])


SHIFTS = {
    "a campaign": ('factor = 3.0\nscope = { product = ["instalment"] }', "instalment", 3.0),
    "a trough": ('factor = 0.25\nscope = { product = ["instalment"] }', "instalment", 0.25),
}


@pytest.mark.parametrize(("line", "product", "factor"), SHIFTS.values(), ids=list(SHIFTS))
def test_a_shift_changes_how_many_ask_and_not_how_they_fare(
    tmp_path: Path, line: str, product: str, factor: float
) -> None:
    shifted, ordinary = shifted_logs(tmp_path, line)
    is_of, was_of = shifted["product"] == product, ordinary["product"] == product

    assert is_of.sum() / was_of.sum() == pytest.approx(factor, rel=0.06)
    assert (~is_of).sum() / (~was_of).sum() == pytest.approx(1, rel=0.05)
    rates = [(log["outcome"] == "refused").mean() for log in (shifted[is_of], ordinary[was_of])]
    assert rates[0] == pytest.approx(rates[1], abs=0.03)


def test_a_new_channel_brings_more_people_and_takes_nobody_away(tmp_path: Path) -> None:
    line = 'factor = 1.5\nscope = { persona = ["young"] }\nchannel = "wallet"'
    shifted, ordinary = shifted_logs(tmp_path, line)
    came = shifted[shifted["channel"] == "wallet"]

    assert (ordinary["channel"] != "wallet").all()
    assert 0.05 < len(came) / len(ordinary) < 0.20
    assert (len(shifted) - len(came)) / len(ordinary) == pytest.approx(1, rel=0.03)
    assert came["app_version"].isna().all()


def shifted_logs(folder: Path, line: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same four days with a shift and without; the shift lasts two of them."""
    start, end = datetime.fromisoformat("2026-10-29"), datetime.fromisoformat("2026-10-31")
    lines = ["[[shifts]]", 'id = "s"', 'kind = "campaign"', f"start = {start.isoformat()}", f"end = {end.isoformat()}"]
    path = folder / "shift.toml"
    path.write_text("\n".join([*lines, line]), encoding="utf-8")
    logs = []
    for scenario in (str(path), "calm"):
        world = make_world(days=4, attempts=24_000, scenario=scenario)
        days = [make_day(world, start.date() + timedelta(days=n)).log for n in range(2)]
        logs.append(pa.concat_tables([plain(log) for log in days]).to_pandas())
    return logs[0], logs[1]
