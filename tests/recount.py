"""The raw log counted again with pandas alone, so that the screen has somebody else to agree with."""

from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from etl.catalogue import load_catalogue

BUSINESS_ZONE = "Asia/Shanghai"


@cache
def raw_log(home: Path) -> pd.DataFrame:
    """Every row of the Parquet files in `logs/`, with its business day and its first reason's cause."""
    log = pd.concat([pd.read_parquet(path) for path in sorted((home / "logs").glob("*.parquet"))], ignore_index=True)
    causes = {id: reason.cause for id, reason in load_catalogue().reasons.items()}
    first = log["reason_codes"].str.split("|").str[0].replace("", None).fillna("unspecified")
    return log.assign(
        day=log["attempted_at"].dt.tz_convert(BUSINESS_ZONE).dt.date,
        cause=first.map(lambda code: causes.get(code, code)),
    )


def between(log: pd.DataFrame, since: date, until: date) -> pd.DataFrame:
    """The attempts of these days, both included; rows left out of every count are left out here."""
    return log[(log["day"] >= since) & (log["day"] <= until) & (log["outcome"] != "excluded")]


def refused(attempts: pd.DataFrame) -> pd.DataFrame:
    return attempts[attempts["outcome"] == "refused"]


def decided(attempts: pd.DataFrame) -> pd.DataFrame:
    return attempts[attempts["outcome"].isin(["refused", "approved"])]


def refusal_rate(attempts: pd.DataFrame) -> float:
    return len(refused(attempts)) / len(decided(attempts))


def count_by(rows: pd.DataFrame, column: str) -> dict[str, int]:
    """How many rows have each value, those without one under `unknown`."""
    return rows[column].astype("string").fillna("unknown").value_counts().to_dict()
