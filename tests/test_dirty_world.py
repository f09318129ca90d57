"""A spoiled world as the loader takes it: every spoiled line ends where its label says."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.snapshot import open_snapshot
from synthetic_data import write_world


@pytest.fixture(scope="module", params=["parquet", "csv", "jsonl"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp(request.param)
    write_world(home, days=4, attempts=6_000, dirty=0.2, format=request.param)
    return home


def labels_of(home: Path) -> Counter[str]:
    tables = [pq.read_table(path) for path in sorted((home / "truth" / "dirty").glob("*.parquet"))]
    return Counter(pa.concat_tables(tables)["label"].to_pylist())


def test_duplicates_and_rewritten_amounts_are_told_and_everything_else_is_loaded(home: Path) -> None:
    labels, rows = labels_of(home), clean_rows(home)
    add_files(Home(home), [home / "logs"], load_profile("contract"), lambda *_: None)
    balance = open_snapshot(home).reconciliation()

    assert balance.duplicates == labels["duplicate"]
    assert (balance.quarantined, balance.loaded) == (0, rows)
    assert balance.closes
    broken = open_snapshot(home).quarantine().set_index("rule")["rows"]
    assert broken["amount_rewritten"] == labels["currency_amount"] + labels["full_width_amount"]
    assert broken["missing_region"] >= labels["missing_region"]
    assert {"X777", "Z404"} <= set(open_snapshot(home).unmapped()["reason"])


def clean_rows(home: Path) -> int:
    """The attempts of the same world before it was spoiled."""
    return write_world(home / "clean", days=4, attempts=6_000).attempts
