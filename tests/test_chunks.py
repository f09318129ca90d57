"""A large build sums chunk by chunk: killed anywhere it goes on where it was, and the snapshot is the same."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from etl import chunks, filling, rollups
from etl.errors import RefusedToPublish
from etl.home import Home
from etl.pipeline import rebuild
from etl.rollups import BESIDE, ROLLUPS
from etl.snapshot import Snapshot, open_snapshot

LOG = """
at               | outcome  | region | reasons   | amount | times
2026-10-05 09:00 | refused  | CN-GD  | U101 U201 | 10.10  | 2
2026-10-06 10:00 | approved | CN-SH  |           | 20     | 3
2026-10-07 11:00 | pending  |        |           |        |
2026-10-08 11:00 | refused  | CN-BJ  | Z999      | 5      |
2026-10-09 11:00 | refused  | CN-AH  | P301      | 7      | 5
"""
CHUNKS = 4
"""With three attempts in each at most, and the last day by itself."""
TABLES = (*ROLLUPS, *BESIDE, "reason_sets", "members", "dimension_values", "rollups")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "SLICE", 3)
    monkeypatch.setattr(rollups, "MANY", 0)


@pytest.fixture
def summed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The chunks that were summed, as their folders are called."""
    names: list[str] = []
    keep = chunks._keep_sums

    def noted(home: Home, chunk: chunks.Chunk, held: tuple[str, ...]) -> None:
        names.append(chunk.folder.name)
        keep(home, chunk, held)

    monkeypatch.setattr(chunks, "_keep_sums", noted)
    return names


@pytest.fixture
def kill_after(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
    """Builds from scratch and is killed when so many chunks are done; those that are kept."""

    def run(done: int) -> list[str]:
        def killed(bytes_done: int, _: int) -> None:
            left.append(bytes_done)
            if len(left) > done:
                raise KeyboardInterrupt

        left: list[int] = []
        with pytest.raises(KeyboardInterrupt):
            rebuild(Home(home), True, killed)
        return sorted(folder.name for folder in Home(home).sums.iterdir())

    return run


def _build(home: Path) -> Snapshot:
    rebuild(Home(home), True, lambda *_: None)
    return open_snapshot(home)


def _tables(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    return {name: snapshot.frame(f"from {name}") for name in TABLES}


def _are_alike(one: Snapshot, other: Snapshot) -> None:
    expected = _tables(other)
    for name, table in _tables(one).items():
        pd.testing.assert_frame_equal(table, expected[name], obj=name)


def _spelled(snapshot: Snapshot, rollup: str) -> pd.DataFrame:
    sums = snapshot.frame(f"select * exclude (reason_set_id) from {rollup} join reason_sets using (reason_set_id)")  # noqa: S608 (a name of ours)
    texts = sums.astype(dict.fromkeys(sums.select_dtypes("category"), "str"))
    return texts.sort_values([*texts], ignore_index=True)


def test_a_build_in_chunks_has_the_sums_of_one_in_one_go(
    publish: Callable[..., Snapshot], home: Path, monkeypatch: pytest.MonkeyPatch, summed: list[str]
) -> None:
    in_chunks = publish(LOG)
    assert len(summed) == CHUNKS

    monkeypatch.setattr(filling, "SLICE", 1000)
    at_once = _build(home)

    assert len(summed) == CHUNKS
    for rollup in ROLLUPS:
        pd.testing.assert_frame_equal(_spelled(in_chunks, rollup), _spelled(at_once, rollup), obj=rollup)


def test_a_build_that_was_killed_goes_on_with_the_chunks_that_are_done(
    publish: Callable[..., Snapshot], home: Path, kill_after: Callable[[int], list[str]], summed: list[str]
) -> None:
    expected = publish(LOG)
    kept = kill_after(2)
    summed.clear()
    resumed = _build(home)

    assert len(kept) == 2
    assert len(summed) == CHUNKS - 2
    assert not {*kept} & {*summed}
    _are_alike(resumed, expected)
    assert not Home(home).sums.exists()


def test_it_starts_anew_with_a_chunk_that_was_damaged(
    publish: Callable[..., Snapshot], home: Path, kill_after: Callable[[int], list[str]], summed: list[str]
) -> None:
    expected = publish(LOG)
    one, other, third = kill_after(3)
    (Home(home).sums / one / "rollup_day.parquet").write_bytes(b"PAR1")
    (Home(home).sums / other / chunks.CONTENTS).unlink()
    summed.clear()

    _are_alike(_build(home), expected)
    assert {one, other} < {*summed}
    assert third not in summed


def test_what_other_builds_have_left_is_cleared(
    publish: Callable[..., Snapshot], home: Path, kill_after: Callable[[int], list[str]]
) -> None:
    publish(LOG)
    shutil.copytree(home / "snapshots", Home(home).sums / "of-other-rows")
    (Home(home).sums / ".staging-x").mkdir()

    assert kill_after(0) == []
    assert len(kill_after(1)) == 1


def test_a_build_that_fails_keeps_nothing(
    publish: Callable[..., Snapshot], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(LOG)
    monkeypatch.setattr("etl.build.MOST_UNITS", 1)

    with pytest.raises(RefusedToPublish, match="have no common fraction"):
        _build(home)
    assert not Home(home).sums.exists()


def test_it_tells_how_far_it_is(publish: Callable[..., Snapshot], home: Path) -> None:
    publish(LOG)
    told: list[tuple[int, int]] = []
    rebuild(Home(home), True, lambda done, total: told.append((done, total)))
    summing, filling_in = told[:CHUNKS], told[CHUNKS:]

    for steps in (summing, filling_in):
        assert steps == sorted(steps)
        assert steps[0][0] == 0
        assert len({total for _, total in steps}) == 1
        assert steps[-1][0] < steps[-1][1]


def test_a_day_more_is_summed_in_one_go(publish: Callable[..., Snapshot], summed: list[str]) -> None:
    publish(LOG)
    summed.clear()
    later = publish("at|outcome|region\n2026-10-10 09:00|refused|CN-HE")

    assert summed == []
    assert set(later.values("region")) == {"CN-AH", "CN-BJ", "CN-GD", "CN-HE", "CN-SH", "unknown"}
