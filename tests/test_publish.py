"""What goes live: the same sums however they were built, all or nothing, and a way back from every damage."""

import shutil
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from two_loads import FIRST, SECOND

from etl import rollups
from etl.errors import InvalidValue, RefusalLensError, RefusedToPublish
from etl.home import Home
from etl.lock import writing
from etl.pipeline import rebuild
from etl.publish import KEPT
from etl.query import Question, ask
from etl.rollups import ROLLUPS
from etl.snapshot import Snapshot, open_snapshot

Publish = Callable[..., Snapshot]
Shows = Callable[[pd.DataFrame, str], None]


@pytest.fixture(autouse=True)
def _whole_lattice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small logs with the rollups of large ones."""
    monkeypatch.setattr(rollups, "MANY", 0)


def _build(home: Path, is_from_scratch: bool = False) -> Snapshot:
    rebuild(Home(home), is_from_scratch, lambda *_: None)
    return open_snapshot(home)


def _sums(snapshot: Snapshot, rollup: str) -> pd.DataFrame:
    """A rollup with its reason sets spelled out, since their numbers depend on the order of arrival."""
    spelled = f"select * exclude (reason_set_id) from {rollup} join reason_sets using (reason_set_id)"  # noqa: S608 (a name of ours)
    sums = snapshot.frame(spelled)
    texts = sums.astype(dict.fromkeys(sums.select_dtypes("category"), "str"))
    return texts.sort_values([*texts], ignore_index=True)


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


# ------------------------------------------------------------------------------------------- the same sums


def test_an_incremental_build_equals_one_from_scratch(publish: Publish, home: Path) -> None:
    publish(FIRST)
    incremental = publish(SECOND)
    from_scratch = _build(home, is_from_scratch=True)

    assert incremental.id != from_scratch.id
    for rollup in ROLLUPS:
        pd.testing.assert_frame_equal(_sums(incremental, rollup), _sums(from_scratch, rollup))
    for table in ("control_totals", "dimension_values", "reasons", "calendar", "parts", "loads"):
        tables = [snapshot.frame(f"from {table} order by all") for snapshot in (incremental, from_scratch)]
        pd.testing.assert_frame_equal(*tables)


def test_only_the_days_that_changed_are_written_again(publish: Publish, home: Path) -> None:
    publish(FIRST)
    before = _bytes(home)
    publish(SECOND)
    after = _bytes(home)

    assert before.items() <= after.items()
    new = {path.split("/")[2] for path in after.keys() - before.keys()}
    assert new == {"day=2026-10-07", "day=2026-10-09"}


def test_a_part_is_named_after_its_content(publish: Publish, home: Path) -> None:
    snapshot = publish(FIRST)
    parts = snapshot.frame("select path, sha256, bytes, rows from parts where kind = 'attempts' order by path")

    assert dict(zip(parts["path"], parts["sha256"], strict=True)) == _bytes(home)
    assert all(Path(path).stem == digest[:16] for path, digest in zip(parts["path"], parts["sha256"], strict=True))
    assert parts["rows"].tolist() == [4, 3, 1]


def test_a_build_without_news_answers_as_before(publish: Publish, home: Path) -> None:
    question = Question(("refusal_rate",), ("day", "reason"))
    before = ask(publish(FIRST), question)

    pd.testing.assert_frame_equal(ask(_build(home), question), before)


# ------------------------------------------------------------------------------------------- all or nothing


def _remove_a_part(home: Path) -> None:
    _part(home, "2026-10-05").unlink()


def _break_the_calendar(home: Path) -> None:
    (home / "events.toml").write_text('[[events]]\nid = "x"\nstart = 2026-10-05\n', encoding="utf-8")


def _garble_the_calendar(home: Path) -> None:
    (home / "events.toml").write_text("[[events]\n", encoding="utf-8")


FAILURES = {
    "a part is gone": (_remove_a_part, r"is missing or changed; load the logs again into a new home"),
    "an event lacks a key": (_break_the_calendar, r"events\.toml: events\[1\] 'x': "),
    "events are no TOML": (_garble_the_calendar, r"events\.toml: "),
}


@pytest.mark.parametrize(("damage", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_a_build_that_fails_leaves_the_old_snapshot_live(
    publish: Publish, home: Path, damage: Callable[[Path], None], message: str
) -> None:
    old = publish(FIRST)
    damage(home)
    with pytest.raises(RefusalLensError, match=message):
        publish(SECOND)

    assert (home / "CURRENT").read_text(encoding="utf-8") == old.id
    assert _refusals(open_snapshot(home)) == 4
    assert [path.name for path in (home / "snapshots").glob("*.duckdb")] == [old.path.name]


def test_rows_missing_from_a_part_are_noticed_though_its_size_is_right(publish: Publish, home: Path) -> None:
    """The part has a row less, and the manifest the size and the hash of that part: only the sums can tell."""
    old = publish(FIRST)
    part = _part(home, "2026-10-05")
    size, digest = part.stat().st_size, sha256(part.read_bytes()).hexdigest()
    pd.read_parquet(part, engine="pyarrow", partitioning=None).iloc[1:].to_parquet(part)
    manifest = old.path.with_suffix(".json")
    text = manifest.read_text().replace(f'"bytes": {size}', f'"bytes": {part.stat().st_size}')
    manifest.write_text(text.replace(digest, sha256(part.read_bytes()).hexdigest()))

    with pytest.raises(RefusedToPublish, match=r"^8 rows loaded, 8 in the store, 7 summed; nothing was published$"):
        _build(home, is_from_scratch=True)
    assert open_snapshot(home).id == old.id


@pytest.mark.parametrize("rollup", ROLLUPS)
def test_sums_carried_over_are_held_against_the_control_totals(publish: Publish, home: Path, rollup: str) -> None:
    old = publish(FIRST).path
    copy = shutil.copy(old, old.with_name("copy"))
    with duckdb.connect(copy) as tampered:
        more = f"update {rollup} set attempts = attempts + 1"  # noqa: S608 (a name of ours)
        tampered.execute(f"{more} where day = '2026-10-05'")
    manifest, digest = old.with_suffix(".json"), sha256(old.read_bytes()).hexdigest()
    shutil.move(copy, old)
    manifest.write_text(manifest.read_text().replace(digest, sha256(old.read_bytes()).hexdigest()))

    with pytest.raises(RefusedToPublish, match=rf"^the sums do not close \(rollup_closes: .*'{rollup}'"):
        publish(SECOND)
    assert (home / "CURRENT").read_text(encoding="utf-8") == old.stem.removeprefix("snap-")


def test_a_second_writer_is_told_so_at_once(publish: Publish, home: Path) -> None:
    with writing(Home(home)), pytest.raises(InvalidValue, match=r"^another load or build is writing to .*; wait for"):
        publish(FIRST)
    assert _refusals(publish(FIRST)) == 4


def test_a_reader_keeps_its_snapshot_while_new_ones_are_published(publish: Publish, home: Path) -> None:
    reader = publish(FIRST)
    for day in range(KEPT + 1):
        publish(f"at|outcome\n2026-11-0{day + 1}|refused")

    assert not reader.path.exists()
    assert (_refusals(reader), _refusals(open_snapshot(home))) == (4, 4 + KEPT + 1)


def test_a_snapshot_may_be_opened_twice(publish: Publish, home: Path) -> None:
    first = publish(FIRST)

    assert _refusals(open_snapshot(home)) == _refusals(first) == 4


# ------------------------------------------------------------------------------------------- until when


def _as_of(snapshot: Snapshot) -> str:
    return snapshot.info.as_of.isoformat()


def test_a_log_never_becomes_less_complete(publish: Publish, home: Path) -> None:
    assert _as_of(publish("at\n2026-10-05", as_of="2026-10-08")) == "2026-10-08T00:00:00"
    assert _as_of(publish("at\n2026-10-06", as_of="2026-10-07T00:00:00+08:00")) == "2026-10-08T00:00:00"
    assert _as_of(publish("at\n2026-10-06")) == "2026-10-08T00:00:00"
    assert _as_of(_build(home, is_from_scratch=True)) == "2026-10-08T00:00:00"


@pytest.mark.parametrize("is_from_scratch", [True, False])
def test_without_a_declared_end_it_is_the_newest_attempt_of_all(
    publish: Publish, home: Path, is_from_scratch: bool
) -> None:
    publish("at\n2026-10-09 07:00")
    publish("at\n2026-10-05 08:00")

    assert _as_of(_build(home, is_from_scratch)) == "2026-10-09T07:00:00"


def test_a_declared_end_inside_a_month_holds_for_a_log_of_months(publish: Publish) -> None:
    assert _as_of(publish("at|grain\n2026-10|month")) == "2026-11-01T00:00:00"
    assert _as_of(publish("at|grain\n2026-11|month", as_of="2026-11-15")) == "2026-11-15T00:00:00"


def test_the_lenders_calendar_is_in_the_snapshot(publish: Publish, home: Path, shows: Shows) -> None:
    publish(FIRST)
    (home / "events.toml").write_text(
        '[[events]]\nid = "e"\nstart = 2026-10-06\nlast = 2026-10-07\nkind = "promotion"\nen = "Sale"\nzh = "促销"\n',
        encoding="utf-8",
    )
    events = _build(home).events()

    shows(events, "event_id|kind|region|en|zh\ne|promotion|–|Sale|促销")
    assert [str(moment) for moment in events.loc[0, ["start_at", "last_at"]]] == [
        f"{date(2026, 10, 6)} 00:00:00",
        f"{date(2026, 10, 7)} 23:59:59",
    ]
