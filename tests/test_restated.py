"""An attempt told again: newer rows count, older ones are history, copies pass by, contradictions are kept out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.home import Home
from etl.manifest import HISTORY, Manifest
from etl.pipeline import add_files
from etl.profile import Profile, load_profile
from etl.publish import current_manifest
from etl.query import Question, ask
from etl.snapshot import Snapshot, open_snapshot

CONTRACT = load_profile("contract")
BY_ORDER = replace(CONTRACT, is_restated_by_order=True)
COUNTS = ["rows_read", "loaded", "restated", "duplicates", "quarantined"]


def write(folder: Path, name: str, *rows: str) -> Path:
    """A log of rows such as `a approved 10-05 01:00`: id, outcome, day and, if any, the time of the update."""
    lines = ["attempt_id,outcome,attempted_at,updated_at"]
    for row in rows:
        id, outcome, day, *updated = row.split()
        lines.append(f"{id},{outcome},2026-{day}T04:00:00Z,{f'2026-10-09T{updated[0]}:00Z' if updated else ''}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


def load(home: Path, *paths: Path, profile: Profile = CONTRACT) -> Snapshot:
    add_files(Home(home), list(paths), profile, lambda *_: None)
    return open_snapshot(home)


def last(snapshot: Snapshot) -> list[int]:
    """What became of the rows of the last load: read, loaded, restated, duplicates, quarantined."""
    counts: list[int] = snapshot.loads()[COUNTS].iloc[-1].tolist()
    return counts


def state(snapshot: Snapshot) -> dict[str, int]:
    frame = ask(snapshot, Question(("rows",), ("day", "outcome"))).query("rows > 0")
    return {f"{row.day:%m-%d} {row.outcome}": row.rows for row in frame.itertuples()}


def parts(home: Path) -> dict[str, str]:
    return {part.path: part.day for part in current_manifest(Home(home)).of_kind("attempts")}


def history(home: Path) -> list[str]:
    manifest: Manifest = current_manifest(Home(home))
    frames = [pd.read_parquet(home / part.path) for part in manifest.of_kind(HISTORY)]
    return sorted(f"{row.attempt_id} {row.outcome}" for frame in frames for row in frame.itertuples())


def test_pending_becomes_approved_and_what_it_was_is_history(home: Path, tmp_path: Path) -> None:
    load(home, write(tmp_path, "1.csv", "a pending 10-05 01:00", "b refused 10-05 01:00", "c approved 10-06 01:00"))
    before = parts(home)
    snapshot = load(home, write(tmp_path, "2.csv", "a approved 10-05 02:00"))

    assert state(snapshot) == {"10-05 approved": 1, "10-05 refused": 1, "10-06 approved": 1}
    assert last(snapshot) == [1, 0, 1, 0, 0]
    assert history(home) == ["a pending"]
    kept = set(before) & set(parts(home))
    assert [before[path] for path in kept] == ["2026-10-06"], "the part of the untouched day keeps its bytes"


def test_an_older_row_that_comes_late_is_history_at_once(home: Path, tmp_path: Path) -> None:
    load(home, write(tmp_path, "2.csv", "a approved 10-05 02:00"))
    before = parts(home)
    snapshot = load(home, write(tmp_path, "1.csv", "a pending 10-05 01:00"))

    assert state(snapshot) == {"10-05 approved": 1}
    assert last(snapshot) == [1, 0, 1, 0, 0]
    assert (history(home), parts(home)) == (["a pending"], before)


def test_the_same_rows_in_a_renamed_file_and_in_an_overlapping_export_count_once(home: Path, tmp_path: Path) -> None:
    rows = ("a pending 10-05 01:00", "b refused 10-05", "c approved 10-06")
    load(home, write(tmp_path, "1.csv", *rows))
    load(home, write(tmp_path, "update.csv", "a approved 10-05 02:00"))
    before = parts(home)
    snapshot = load(home, write(tmp_path, "renamed.csv", *reversed(rows), "d approved 10-06"))

    assert state(snapshot) == {"10-05 approved": 1, "10-05 refused": 1, "10-06 approved": 2}
    assert last(snapshot) == [4, 1, 0, 3, 0]
    assert set(before) < set(parts(home)), "what was there keeps its bytes"


def test_a_restated_attempt_that_moves_to_another_day_leaves_its_old_one(home: Path, tmp_path: Path) -> None:
    load(home, write(tmp_path, "1.csv", "a pending 10-05 01:00", "b refused 10-06 01:00"))
    snapshot = load(home, write(tmp_path, "2.csv", "a approved 10-07 02:00"))

    assert state(snapshot) == {"10-06 refused": 1, "10-07 approved": 1}
    assert snapshot.info.first_day.isoformat() == "2026-10-06"


def test_only_contradictions_of_equal_age_are_conflicts_and_are_kept_out(home: Path, tmp_path: Path) -> None:
    load(home, write(tmp_path, "1.csv", "a refused 10-05", "b refused 10-05 01:00"))
    snapshot = load(home, write(tmp_path, "2.csv", "a approved 10-05", "b approved 10-05 01:00", "c approved 10-05"))

    assert state(snapshot) == {"10-05 approved": 1, "10-05 refused": 2}
    assert last(snapshot) == [3, 1, 0, 0, 2]
    assert snapshot.quarantine().set_index("rule")["rows"]["conflicting_copy"] == 2


def test_a_profile_may_declare_that_later_files_restate(home: Path, tmp_path: Path) -> None:
    first = write(tmp_path, "2026-10-05.csv", "a pending 10-05", "b pending 10-05")
    second = write(tmp_path, "2026-10-06.csv", "a approved 10-05", "b pending 10-05")
    third = write(tmp_path, "2026-10-07.csv", "a refused 10-05")
    load(home, first, third, profile=BY_ORDER)
    snapshot = load(home, second, profile=BY_ORDER)

    assert state(snapshot) == {"10-05 pending": 1, "10-05 refused": 1}
    assert last(snapshot) == [2, 0, 1, 1, 0], "a is older than what is known, b says nothing new"
    assert history(home) == ["a approved", "a pending"]


MINUTES = st.integers(0, 3)
ROW = st.tuples(st.sampled_from("ab"), st.sampled_from(["pending", "approved", "refused"]), MINUTES)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=6, unique_by=lambda row: (row[0], row[2])), data=st.data())
def test_the_order_in_which_rows_come_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], data: st.DataObject
) -> None:
    told = [f"{id} {outcome} 10-0{5 + minute % 2} 01:0{minute}" for id, outcome, minute in rows]
    shuffled = data.draw(st.permutations(told))
    cut = data.draw(st.integers(0, len(told)))
    folder = tmp_path_factory.mktemp("order")
    at_once = load(folder / "one", write(folder, "all.csv", *told))
    in_pieces = _in_pieces(folder, [shuffled[:cut], shuffled[cut:], shuffled])

    assert state(in_pieces) == state(at_once)
    assert in_pieces.reconciliation().closes
    assert history(folder / "one") == history(folder / "two")


def _in_pieces(folder: Path, pieces: Sequence[Sequence[str]]) -> Snapshot:
    snapshots = [
        load(folder / "two", write(folder, f"{number}.csv", *piece)) for number, piece in enumerate(pieces) if piece
    ]
    return snapshots[-1]


def test_a_copy_in_a_later_file_is_news_of_when_it_was_still_so(home: Path, tmp_path: Path) -> None:
    first, second, third = (
        write(tmp_path, f"export-{number}.csv", f"a {outcome} 10-05")
        for number, outcome in ((8, "pending"), (9, "approved"), (10, "pending"))
    )
    load(home, first, third, profile=BY_ORDER)
    snapshot = load(home, second, profile=BY_ORDER)

    assert state(snapshot) == {"10-05 pending": 1}
    assert snapshot.reconciliation().closes
    assert history(home) == ["a approved"]


def test_a_profile_without_the_declaration_leaves_what_one_with_it_had_settled(home: Path, tmp_path: Path) -> None:
    load(
        home,
        write(tmp_path, "1.csv", "a pending 10-05"),
        write(tmp_path, "2.csv", "a approved 10-05"),
        profile=BY_ORDER,
    )
    snapshot = load(home, write(tmp_path, "3.csv", "a refused 10-05", "b refused 10-05"))

    assert state(snapshot) == {"10-05 approved": 1, "10-05 refused": 1}
    assert last(snapshot) == [2, 1, 0, 0, 1]


def test_files_of_the_same_name_in_folders_of_the_same_name_are_told_apart(home: Path, tmp_path: Path) -> None:
    logs = [
        write(tmp_path / folder / "day", "part.csv", "a perhaps 10-05", f"{folder} refused 10-05") for folder in "xy"
    ]
    for log in logs:
        pd.read_csv(log, dtype="str").to_parquet(log.with_suffix(".parquet"))
    load(home, *(log.with_suffix(".parquet") for log in logs))
    manifest = current_manifest(Home(home))
    kept_out = pd.concat([pd.read_parquet(home / part.path) for part in manifest.of_kind("quarantine")])

    assert sorted(kept_out["source_file"]) == ["x/day/part.parquet", "y/day/part.parquet"]
