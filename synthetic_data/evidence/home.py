"""The files of a world: its manifest, what was planted in it, and for each day the log, the truth and the labels."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import InvalidValue, UnreadableInput
from synthetic_data.evidence.rows import Rows, read_rows
from synthetic_data.incidents import Incident, Onset
from synthetic_data.room import MANIFEST
from synthetic_data.shifts import Shift

TRUTH_COLUMNS = ("attempt_id", "root_attempt_id", "attempt_number", "incident_id", "role")
NO_TRUTH = pd.DataFrame(
    {name: pd.Series(dtype="int64" if name == "attempt_number" else "str") for name in TRUTH_COLUMNS}
)


@dataclass(frozen=True)
class DayFiles:
    """A day as it was written. `rows` is None where the manifest names a file that is not there.

    `truth` has one line for each retry and for each attempt that an incident touched; `labelled` are the ids of the
    rows that were spoiled on purpose.
    """

    told: Mapping[str, Any]
    rows: Rows | None
    truth: pd.DataFrame
    labelled: frozenset[str]

    def clean(self, labelled: frozenset[str]) -> Rows | None:
        """The rows that nobody spoiled."""
        if self.rows is None or not labelled:
            return self.rows
        return self.rows.where(~np.isin(self.rows.ids, list(labelled)))


@dataclass(frozen=True)
class WorldFiles:
    """What a world says of itself before any row is read."""

    home: Path
    manifest: Mapping[str, Any]
    told: tuple[Mapping[str, Any], ...]
    incidents: tuple[Incident, ...]
    shifts: tuple[Shift, ...]

    @property
    def span(self) -> tuple[date, date]:
        return date.fromisoformat(self.manifest["first_day"]), date.fromisoformat(self.manifest["last_day"])

    def days(self) -> Iterator[DayFiles]:
        """One day at a time, so that a world of any size fits."""
        for told in self.manifest["days"]:
            day, path = told["day"], self.home / "logs" / told["file"]
            rows = read_rows(path, date.fromisoformat(day)) if path.is_file() else None
            yield DayFiles(told, rows, _truth(self.home, day), _labelled(self.home, day))


def open_world(home: Path) -> WorldFiles:
    """The world in `home`; `UnreadableInput` where there is none, `InvalidValue` where it is not finished."""
    manifest = _json(home / "logs" / MANIFEST)
    if not isinstance(manifest, dict) or not manifest.get("synthetic"):
        raise UnreadableInput(f"{home}: no synthetic world; make one: python -m synthetic_data --home {home}")
    if not manifest.get("is_complete"):
        raise InvalidValue(
            f"{home}: this world was not finished; make it again: python -m synthetic_data --home {home}"
        )
    told = tuple(_json(home / "truth" / "incidents.json") or ())
    shifts = _json(home / "truth" / "shifts.json") or ()
    return WorldFiles(home, manifest, told, tuple(map(_incident, told)), tuple(map(_shift, shifts)))


def _incident(told: Mapping[str, Any]) -> Incident:
    return Incident(
        **{name: told[name] for name in ("id", "kind", "layer")},
        start=datetime.fromisoformat(told["start"]),
        end=datetime.fromisoformat(told["end"]),
        onset=Onset(told["onset"]),
        effect=told["intended_effect"],
        scope=_scope(told),
    )


def _shift(told: Mapping[str, Any]) -> Shift:
    start, end = (datetime.fromisoformat(told[name]) for name in ("start", "end"))
    return Shift(told["id"], told["kind"], start, end, told["factor"], _scope(told), told.get("channel") or "")


def _scope(told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in told["scope"].items()}


def _json(path: Path) -> Any:
    """What a file holds, None where there is no file."""
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as problem:
        raise UnreadableInput(f"{path}: not valid JSON: {problem}") from None


def _truth(home: Path, day: str) -> pd.DataFrame:
    path = home / "truth" / "attempts" / f"attempts-{day}.parquet"
    if not path.is_file():
        return NO_TRUTH
    truth: pd.DataFrame = _plain(path, TRUTH_COLUMNS).to_pandas()
    return truth.astype({"attempt_number": "int64"})


def _labelled(home: Path, day: str) -> frozenset[str]:
    path = home / "truth" / "dirty" / f"dirty-{day}.parquet"
    return frozenset(_plain(path, ("attempt_id",))["attempt_id"].to_pylist()) if path.is_file() else frozenset()


def _plain(path: Path, names: tuple[str, ...]) -> pa.Table:
    """Columns of a truth file, coded text as text."""
    table = pq.read_table(path, columns=list(names))
    fields = [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema(fields))
