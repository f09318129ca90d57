"""A small default year with its log and its truth, as tests of the invented world read them."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from synthetic_data.incidents import Incident
from synthetic_data.scenario import load_scenario

ATTEMPTS = 120_000


def plain(table: pa.Table) -> pa.Table:
    """Coded columns as text, so that tables compare by what they say."""
    columns = {
        name: table[name].cast(pa.string()) if pa.types.is_dictionary(table[name].type) else table[name]
        for name in table.column_names
    }
    return pa.table(columns)


def read_log(home: Path) -> pd.DataFrame:
    """The whole year, with the local time and the reasons as a list."""
    files = sorted((home / "logs").glob("*.parquet"))
    frame = pd.concat([plain(pq.read_table(file)).to_pandas() for file in files], ignore_index=True)
    frame["local"] = frame["attempted_at"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    frame["reasons"] = [codes.split("|") if isinstance(codes, str) else [] for codes in frame["reason_codes"]]
    return frame


def read_truth(home: Path) -> pd.DataFrame:
    """A row for each attempt and incident, and for each other retry."""
    files = sorted((home / "truth" / "attempts").glob("*.parquet"))
    return pd.concat([plain(pq.read_table(file)).to_pandas() for file in files], ignore_index=True)


def incidents() -> tuple[Incident, ...]:
    return load_scenario("default").incidents


def named(incident: Incident) -> str:
    return incident.id
