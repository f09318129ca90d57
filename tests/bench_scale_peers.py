"""The same rollups and answers by others, from the Parquet files of the log: bare DuckDB, Polars, pandas.

Run as a command it makes the rollups, so that its memory is its own: engine, folder of the log, folder to write to,
and the keys of each rollup as JSON, the widest first. Each is summed from the smallest made before that has its keys,
as a careful person would, and written down.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import duckdb
import pandas as pd

from etl.catalogue import load_catalogue

ZONE = "Asia/Shanghai"
MEMORY, SPILLED = "6GB", "2GB"
HOURS_AHEAD = 8
"""Of the business zone, which knows no summer time."""
KNOWN = "amount_requested"
SUMS = {"attempts": "sum", "amount": "sum", "amounts_known": "sum"}
UNSPECIFIED, UNMAPPED = "unspecified", "unmapped"

Keys: TypeAlias = dict[str, list[str]]
Answers: TypeAlias = dict[tuple[str, str], int]
"""Refusals by week, as its Monday, and by region or cause."""


def smallest_made(keys: Keys, name: str) -> str | None:
    """The rollup made before `name` with the fewest keys, all of its own among them."""
    made = list(keys)[: list(keys).index(name)]
    wider = [other for other in made if {*keys[name]} <= {*keys[other]}]
    return min(wider, key=lambda other: len(keys[other]), default=None)


def duckdb_rollups(files: list[str], target: Path, keys: Keys) -> None:
    with duckdb.connect(str(target / "bare.duckdb")) as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'; set temp_directory = '{target / 'spilled'}'")
        connection.execute(f"set max_temp_directory_size = '{SPILLED}'; set preserve_insertion_order = false")
        _duckdb_log(connection, files)
        for name, columns in keys.items():
            made = smallest_made(keys, name)
            sums = "sum(attempts) as attempts, sum(amount) as amount, sum(amounts_known) as amounts_known"
            first = f"count(*) as attempts, sum({KNOWN}) as amount, count({KNOWN}) as amounts_known"
            selected = f"{', '.join(columns)}, {sums if made else first}"
            connection.execute(f"create table {name} as select {selected} from {made or 'log'} group by all")  # noqa: S608 (names of rollups)


def _duckdb_log(connection: duckdb.DuckDBPyConnection, files: list[str]) -> None:
    local = f"attempted_at at time zone '{ZONE}'"
    connection.execute(
        f"""
        create view log as
        select * replace (case when outcome = 'refused' then coalesce(reason_codes, '') else '' end as reason_codes),
            cast({local} as date) as day, extract(hour from {local}) as hour
        from read_parquet({files})
        """  # noqa: S608 (files of this run)
    )


def polars_rollups(files: list[str], target: Path, keys: Keys) -> None:
    import polars as pl

    first = [
        pl.len().alias("attempts"),
        pl.col(KNOWN).sum().alias("amount"),
        pl.col(KNOWN).count().alias("amounts_known"),
    ]
    for name, columns in keys.items():
        made = smallest_made(keys, name)
        source = pl.scan_parquet(target / f"{made}.parquet") if made else _polars_log(files)
        sums = [pl.col(column).sum() for column in SUMS] if made else first
        source.group_by(columns).agg(sums).sink_parquet(target / f"{name}.parquet")


def _polars_log(files: list[str]):
    import polars as pl

    local = pl.col("attempted_at").dt.offset_by(f"{HOURS_AHEAD}h")
    codes = (
        pl.when(pl.col("outcome") == "refused")
        .then(pl.col("reason_codes").cast(pl.String).fill_null(""))
        .otherwise(pl.lit(""))
    )
    return pl.scan_parquet(files).with_columns(
        codes.alias("reason_codes"), local.dt.date().alias("day"), local.dt.hour().alias("hour")
    )


def pandas_rollups(files: list[str], target: Path, keys: Keys) -> None:
    frames: dict[str | None, pd.DataFrame] = {None: _pandas_log(files, keys[next(iter(keys))])}
    for name, columns in keys.items():
        frame = frames[smallest_made(keys, name)]
        frames[name] = frame.groupby(columns, dropna=False, observed=True, sort=False)[list(SUMS)].sum().reset_index()
        frames.pop(None, None)
        frames[name].to_parquet(target / f"{name}.parquet")


def _pandas_log(files: list[str], columns: list[str]) -> pd.DataFrame:
    stored = [name for name in columns if name not in {"day", "hour"}]
    frame = pd.read_parquet(files, columns=[*stored, "attempted_at", KNOWN])
    local = frame.pop("attempted_at").dt.tz_convert(None) + pd.Timedelta(hours=HOURS_AHEAD)
    codes = frame["reason_codes"].astype("str").fillna("").where(frame["outcome"] == "refused", "")
    known = frame.pop(KNOWN)
    more = {"day": local.dt.normalize(), "hour": local.dt.hour.astype("int8"), "reason_codes": codes}
    return frame.assign(**more, attempts=1, amount=known.fillna(0), amounts_known=known.notna())


def meanings() -> dict[str, str]:
    """The cause of each code, of a blank one too."""
    return {code: reason.cause for code, reason in load_catalogue().reasons_as_stored().items()} | {"": UNSPECIFIED}


def duckdb_answers(files: list[str], by: str) -> Answers:
    with duckdb.connect() as connection:
        _duckdb_log(connection, files)
        connection.execute(
            "create table causes as select unnest($1) as code, unnest($2) as cause", _columns(meanings())
        )
        found = connection.execute(
            f"""
            select strftime(date_trunc('week', day), '%Y-%m-%d') as week, {_duckdb_group(by)} as one, count(*)
            from log left join causes on causes.code = split_part(reason_codes, '|', 1)
            where outcome = 'refused' group by all
            """  # noqa: S608 (two literals)
        )
        return {(week, one): refusals for week, one, refusals in found.fetchall()}


def _duckdb_group(by: str) -> str:
    return "coalesce(region, 'unknown')" if by == "region" else f"coalesce(cause, '{UNMAPPED}')"


def _columns(mapping: dict[str, str]) -> list[list[str]]:
    return [list(mapping), list(mapping.values())]


def polars_answers(files: list[str], by: str) -> Answers:
    import polars as pl

    first = pl.col("reason_codes").str.split("|").list.first()
    one = (
        pl.col("region").cast(pl.String).fill_null("unknown")
        if by == "region"
        else first.replace_strict(meanings(), default=UNMAPPED)
    )
    refused = _polars_log(files).filter(pl.col("outcome") == "refused")
    week = pl.col("day").dt.truncate("1w").dt.to_string("%Y-%m-%d")
    found = refused.group_by(pl.col("day"), one.alias("one")).agg(pl.len().alias("refusals"))
    weekly = found.group_by(week.alias("week"), "one").agg(pl.col("refusals").sum()).collect(engine="streaming")
    return {(week, name): refusals for week, name, refusals in weekly.rows()}


def pandas_answers(files: list[str], by: str) -> Answers:
    column = "region" if by == "region" else "reason_codes"
    frame = pd.read_parquet(files, columns=["attempted_at", column], filters=[("outcome", "==", "refused")])
    day = (frame["attempted_at"].dt.tz_convert(None) + pd.Timedelta(hours=HOURS_AHEAD)).dt.normalize()
    week = (day - pd.to_timedelta(day.dt.weekday, unit="D")).rename("week")
    counted = (
        frame.groupby([week, frame[column].astype("str").fillna("" if by == "cause" else "unknown")])
        .size()
        .reset_index()
    )
    counted.columns = pd.Index(["week", "one", "refusals"])
    if by == "cause":
        counted["one"] = counted["one"].str.split("|").str[0].map(lambda code: meanings().get(code, UNMAPPED))
    weekly = counted.groupby(["week", "one"])["refusals"].sum()
    return {(f"{week:%Y-%m-%d}", one): int(refusals) for (week, one), refusals in weekly.items()}


ROLLUPS: dict[str, Callable[[list[str], Path, Keys], None]] = {
    "DuckDB": duckdb_rollups,
    "Polars": polars_rollups,
    "pandas": pandas_rollups,
}
ANSWERS: dict[str, Callable[[list[str], str], Answers]] = {
    "DuckDB": duckdb_answers,
    "Polars": polars_answers,
    "pandas": pandas_answers,
}


def main() -> None:
    engine, logs, target, keys = sys.argv[1:]
    files = [str(path) for path in sorted(Path(logs).glob("*.parquet"))]
    ROLLUPS[engine](files, Path(target), json.loads(keys))


if __name__ == "__main__":
    main()
