"""What was published is damaged, stopped half-way or grown old: the way back, and what is cleared."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from two_loads import FIRST, SECOND

from etl.errors import DamagedSnapshot, NoSnapshot
from etl.home import Home
from etl.pipeline import rebuild
from etl.publish import KEPT, clear
from etl.query import Question, ask
from etl.snapshot import Snapshot, open_snapshot

Publish = Callable[..., Snapshot]
Shows = Callable[[pd.DataFrame, str], None]


def _build(home: Path, is_from_scratch: bool = False) -> Snapshot:
    rebuild(Home(home), is_from_scratch, lambda *_: None)
    return open_snapshot(home)


def _bytes(home: Path) -> dict[str, str]:
    return {
        path.relative_to(home).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in (home / "store" / "attempts").rglob("*.parquet")
    }


def _part(home: Path, day: str) -> Path:
    [part] = (home / "store" / "attempts" / f"day={day}").iterdir()
    return part


def _refusals(snapshot: Snapshot) -> int:
    return int(ask(snapshot, Question(("refusals",)))["refusals"].item())


def _garble(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _another_database(path: Path) -> None:
    path.unlink()
    duckdb.connect(path).close()


@pytest.mark.parametrize("damage", [_garble, _empty, _another_database, Path.unlink])
def test_a_damaged_snapshot_names_the_command_that_mends_it(
    publish: Publish, home: Path, damage: Callable[[Path], None]
) -> None:
    damage(publish(FIRST).path)
    with pytest.raises(DamagedSnapshot) as caught:
        open_snapshot(home)

    assert str(caught.value).endswith(f"; run: python -m etl build --home {home}")
    assert "\n" not in str(caught.value)
    assert _refusals(_build(home)) == 4


def test_a_home_without_a_snapshot_names_the_first_command(home: Path) -> None:
    with pytest.raises(
        NoSnapshot, match=rf"^no snapshot in {home}; run: python -m etl load PATH --home {home}, .*demo --home {home}$"
    ):
        open_snapshot(home)
    with pytest.raises(NoSnapshot, match=r"^nothing to build in .*; run: python -m etl load PATH --home "):
        _build(home)


def test_the_newest_snapshots_are_kept_with_the_parts_that_they_list(publish: Publish, home: Path) -> None:
    published = [publish(f"id|updated\na|2026-10-05T00:00:0{number}Z").path for number in range(KEPT + 2)]
    stray = home / "store" / "attempts" / "day=2026-10-05" / "stray.parquet"
    assert len(list(stray.parent.iterdir())) == KEPT == 3
    assert len(list((home / "store" / "history").iterdir())) == KEPT + 1
    stray.write_bytes(b"")
    _build(home)

    kept = sorted(path.stem for path in (home / "snapshots").iterdir() if path.suffix == ".duckdb")
    listed = [json.loads((home / "snapshots" / f"{name}.json").read_text())["parts"] for name in kept]
    assert kept[:-1] == [path.stem for path in published[-KEPT + 1 :]]
    attempts = {part["path"] for parts in listed for part in parts if part["kind"] == "attempts"}
    assert attempts == set(_bytes(home))
    assert not stray.exists()


def _part_of_the_same_size(home: Path) -> Path:
    part = _part(home, "2026-10-07")
    part.write_bytes(bytes([*part.read_bytes()[:-1], 0]))
    return part


@pytest.mark.parametrize("is_loading", [True, False])
def test_a_part_changed_within_its_size_is_named(publish: Publish, home: Path, is_loading: bool) -> None:
    publish(FIRST)
    part = _part_of_the_same_size(home)

    with pytest.raises(DamagedSnapshot, match=rf"{part} is missing or changed; load the logs again into a new home"):
        publish(SECOND) if is_loading else _build(home)


CURRENTS = {"empty": b"", "garbage": b"no snapshot\n/etc", "not UTF-8": b"\xff\xfe\x00"}


@pytest.mark.parametrize("content", CURRENTS.values(), ids=CURRENTS)
def test_a_damaged_pointer_names_the_command_that_mends_it(
    publish: Publish, home: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    publish(FIRST)
    (home / "CURRENT").write_bytes(content)
    for attempt in (lambda: open_snapshot(home), lambda: publish(SECOND)):
        with pytest.raises(
            DamagedSnapshot, match=rf"CURRENT names no snapshot; run: python -m etl build --home {home}$"
        ):
            attempt()

    assert _refusals(_build(home)) == 4
    assert "CURRENT names no snapshot; building from snapshot" in caplog.text


MANIFESTS = {"a list": b"[]", "cut off": b'{"parts": [', "a number": b"3", "not UTF-8": b"\xff"}


@pytest.mark.parametrize("content", MANIFESTS.values(), ids=MANIFESTS)
def test_a_build_over_a_damaged_manifest_falls_back_and_says_so(
    publish: Publish, home: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    publish(FIRST)
    publish(SECOND).path.with_suffix(".json").write_bytes(content)
    with pytest.raises(DamagedSnapshot, match=rf"run: python -m etl build --home {home}$"):
        publish(SECOND)

    assert ask(_build(home), Question(("attempts", "refusals"))).iloc[0].tolist() == [8, 4]
    assert "load again what came after it" in caplog.text
    assert ask(publish(SECOND), Question(("attempts", "refusals"))).iloc[0].tolist() == [9, 6]


def test_without_any_readable_manifest_nothing_is_built(publish: Publish, home: Path) -> None:
    publish(FIRST).path.with_suffix(".json").write_text("[]")
    before = _bytes(home)

    with pytest.raises(DamagedSnapshot, match=r"^no manifest in .* can be read; load the logs again into a new home"):
        _build(home)
    assert _bytes(home) == before


def test_no_part_is_cleared_while_a_kept_manifest_cannot_be_read(publish: Publish, home: Path) -> None:
    damaged = publish("outcome\nrefused").path.with_suffix(".json")
    publish("outcome\nrefused")
    damaged.write_text("[]")
    stray = home / "store" / "attempts" / "day=2026-10-05" / "stray.parquet"
    stray.write_bytes(b"")
    for _ in range(KEPT - 2):
        publish("outcome\nrefused")
    assert stray.exists()
    publish("outcome\nrefused")

    assert [damaged.exists(), stray.exists()] == [False, False]


def test_the_live_snapshot_is_kept_wherever_it_stands_in_time(publish: Publish, home: Path) -> None:
    first = publish("outcome\nrefused")
    for _ in range(KEPT - 1):
        publish("outcome\nrefused")
    (home / "CURRENT").write_text(first.id)
    for name in ("20990101T000000000000-00000000", "20990102T000000000000-00000000"):
        shutil.copy(first.path.with_suffix(".json"), home / "snapshots" / f"snap-{name}.json")
    clear(Home(home))

    assert open_snapshot(home).id == first.id


def test_a_clock_that_goes_back_neither_reorders_nor_removes_snapshots(publish: Publish, home: Path) -> None:
    """Snapshots of the year 2999 were published before the clock was set right."""
    for number in range(KEPT):
        old = publish(f"outcome\nrefused|{number}".split("|")[0]).id
        future = old.replace(old[:4], "2999", 1)
        for path in (home / "snapshots").glob(f"snap-{old}.*"):
            path.rename(path.with_name(path.name.replace(old, future)))
        (home / "CURRENT").write_text(future)
    live = publish("outcome\nrefused")

    assert live.id > future
    assert _refusals(live) == KEPT + 1
    assert len(list((home / "snapshots").glob("*.duckdb"))) == KEPT


def test_what_a_stopped_run_left_is_cleared_by_the_next_one(publish: Publish, home: Path) -> None:
    publish(FIRST)
    orphan = "snap-20260101T000000000000-00000000"
    left = [home / "snapshots" / name for name in (".building-x.duckdb", f".{orphan}.json.new", f"{orphan}.duckdb")]
    left += [home / ".CURRENT.new", home / "store" / ".staging-x" / "attempts" / "part.parquet"]
    left[-1].parent.mkdir(parents=True)
    for path in left:
        path.write_bytes(b"half")
    _build(home)

    assert [path for path in (*left, home / "store" / ".staging-x") if path.exists()] == []


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_build_over_a_snapshot_cut_off_in_the_middle_starts_from_the_rows(
    publish: Publish, home: Path, share: float, caplog: pytest.LogCaptureFixture
) -> None:
    path = publish("\n".join(("reasons|city", *(f"R{code}|C{code}" for code in range(3000))))).path
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    assert _refusals(_build(home)) == 3000
    assert "building from scratch" in caplog.text


def test_a_snapshot_that_is_damaged_while_it_is_open_names_the_command_too(publish: Publish, home: Path) -> None:
    """Blocks that were not read yet are read later, and their checksums do not match then."""
    snapshot = publish("at|outcome|region|times\n2026-10-05|approved|CN-GD|3\n2026-10-06|approved|CN-SC|2")
    content = bytearray(snapshot.path.read_bytes())
    for place in range(8192, len(content), 512):
        content[place] ^= 255
    with snapshot.path.open("r+b") as file:
        file.write(content)
    with pytest.raises(DamagedSnapshot, match="build --from-scratch"):
        ask(snapshot, Question(("attempts",), ("day", "region")))
