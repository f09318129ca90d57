"""Worlds written by hand: a few drawn attempts, or many that a coin decides, with the files that a world has."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from rich.console import Console

from synthetic_data.check import Report, check_world, table
from synthetic_data.comparison import Sums
from synthetic_data.files import Format, encoded, file_name, parquet_bytes, put

TEXTS = (
    *("attempt_id", "outcome", "reason_codes", "evaluation", "region", "os", "channel", "partner", "product"),
    *("app_version", "release_ring"),
)
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in TEXTS),
        ("city", pa.string()),
        ("score", pa.int32()),
        ("amount_requested", pa.int32()),
        *((name, pa.timestamp("us", "UTC")) for name in ("attempted_at", "decided_at")),
    ]
)
USUAL = {
    "evaluation": "all",
    "region": "CN-GD",
    "os": "iOS",
    "channel": "app",
    "partner": "partner_a",
    "product": "cash_loan",
    "app_version": "7.3.0",
    "release_ring": "stable",
    "city": "广州市",
    "score": 700,
    "amount_requested": 6_000,
}
NOT_TOLD: dict[str, Any] = {"root_attempt_id": "", "attempt_number": 1, "incident_id": None, "role": None}
NOTHING_DONE: dict[str, Any] = asdict(Sums())
SHANGHAI = "Asia/Shanghai"


def attempt(id: str, at: str, reasons: str = "", **more: Any) -> dict[str, Any]:
    """A line of a log: refused where there are reasons, decided a second later; `at` is local."""
    moment = pd.Timestamp(at, tz=SHANGHAI)
    is_technical = reasons[:1] == "T"
    told = {
        "attempt_id": id,
        "attempted_at": moment,
        "decided_at": moment + timedelta(seconds=1),
        "outcome": "refused" if reasons else "approved",
        "reason_codes": reasons or None,
        "evaluation": "first-fail" if is_technical else "all",
    }
    return {**USUAL, **told, **more}


def incident(id: str, start: str, end: str, effect: Mapping[str, float], **more: Any) -> dict[str, Any]:
    """An entry of incidents.json."""
    spans = {"start": datetime.fromisoformat(start).isoformat(), "end": datetime.fromisoformat(end).isoformat()}
    told = {"id": id, "kind": "drawn", "layer": "user", "scope": {}, "onset": "step", "intended_effect": dict(effect)}
    return {**told, **spans, **NOTHING_DONE, **more}


def shift(id: str, start: str, end: str, scope: Mapping[str, Sequence[str]], channel: str | None = None) -> Any:
    """An entry of shifts.json."""
    told = {"id": id, "kind": "drawn", "factor": 2.0, "scope": scope, "channel": channel}
    return {**told, "start": start, "end": end}


@dataclass
class DrawnWorld:
    """The contents of a home; a test changes what it wants broken before it writes.

    What the journal, the overlaps and the total say follows from the incidents, unless a test says otherwise.
    """

    log: dict[date, pd.DataFrame]
    incidents: list[Any] = field(default_factory=list)
    shifts: list[Any] = field(default_factory=list)
    overlaps: list[Any] = field(default_factory=list)
    truth: dict[date, list[dict[str, Any]]] = field(default_factory=dict)
    labels: dict[date, dict[str, str]] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    days: dict[date, dict[str, Any]] = field(default_factory=dict)
    sums: dict[str, dict[str, int]] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, *attempts: dict[str, Any], **more: Any) -> "DrawnWorld":
        """Each attempt in the file of its day."""
        frame = pd.DataFrame(attempts)
        by_day = frame.groupby(frame["attempted_at"].dt.date)
        return cls({day: rows.reset_index(drop=True) for day, rows in by_day}, **more)

    def write(self, home: Path, format: Format = Format.PARQUET) -> Path:
        days = sorted(self.log)
        written = [self._write_day(home, day, format) for day in days]
        sums = self._sums() | self.sums
        noted = [line | {"sums": sums if n == 0 else {}} for n, line in enumerate(written)]
        listed = [
            {name: line[name] for name in LISTED} | self.days.get(day, {})
            for day, line in zip(days, written, strict=True)
        ]
        put(home / "truth" / "days.jsonl", "".join(json.dumps(line) + "\n" for line in noted))
        put(home / "events.toml", "")
        rows = sum(len(frame) for frame in self.log.values())
        _put_json(home / "logs" / "manifest.json", USUAL_MANIFEST | self._span(listed) | {"rows": rows} | self.manifest)
        _put_json(home / "truth" / "incidents.json", self.incidents)
        _put_json(home / "truth" / "overlaps.json", self.overlaps)
        _put_json(home / "truth" / "total.json", sums["*"] | self.total)
        _put_json(home / "truth" / "shifts.json", self.shifts)
        return home

    def _span(self, listed: list[dict[str, Any]]) -> dict[str, Any]:
        days = sorted(self.log)
        files = [line["file"] for line in listed]
        return {"first_day": str(days[0]), "last_day": str(days[-1]), "files": files, "days": listed}

    def _sums(self) -> dict[str, dict[str, int]]:
        """By incident, by overlap, and of all together."""
        by_id = {one["id"]: one for one in self.incidents} | {"|".join(one["incidents"]): one for one in self.overlaps}
        sums = {id: {name: one[name] for name in NOTHING_DONE} for id, one in by_id.items()}
        return sums | {"*": {name: sum(one[name] for one in sums.values()) for name in NOTHING_DONE}}

    def _write_day(self, home: Path, day: date, format: Format) -> dict[str, Any]:
        """What the journal says of it."""
        frame, name, hashes = self.log[day], file_name(day, format), {"truth_sha256": "", "labels_sha256": ""}
        data = encoded(pa.Table.from_pandas(frame, SCHEMA, preserve_index=False), format)
        put(home / "logs" / name, data)
        if day in self.truth:
            told = pa.Table.from_pylist([NOT_TOLD | row for row in self.truth[day]])
            hashes["truth_sha256"] = _put(home / "truth" / "attempts" / f"attempts-{day}.parquet", told)
        if day in self.labels:
            labels = pa.table({"attempt_id": list(self.labels[day]), "label": list(self.labels[day].values())})
            hashes["labels_sha256"] = _put(home / "truth" / "dirty" / f"dirty-{day}.parquet", labels)
        refusals = int((frame["outcome"] == "refused").sum())
        told_of = {"day": str(day), "file": name, "rows": len(frame), "refusals": refusals, "digest": ""}
        return told_of | {"sha256": sha256(data).hexdigest()} | hashes


LISTED = ("day", "file", "rows", "refusals", "sha256", "truth_sha256", "labels_sha256", "digest")
USUAL_MANIFEST = {
    "synthetic": True,
    "is_complete": True,
    "dirty": 0.0,
    "scenario": "default",
    "seed": 1,
    "attempts_asked_for": 8,
    "events_sha256": sha256(b"").hexdigest(),
}


def _put(path: Path, content: pa.Table) -> str:
    """Writes a table of the truth; the hash of its bytes."""
    data = parquet_bytes(content)
    put(path, data)
    return sha256(data).hexdigest()


def _put_json(path: Path, content: Any) -> None:
    put(path, json.dumps(content))


FIRST = datetime(2026, 3, 2)  # noqa: DTZ001 (local)
"""A Monday without promotions around it."""


def crowd(days: int, each: int, seed: int = 1) -> pd.DataFrame:
    """Approved attempts, so many each day at any hour, of the usual kind but for what a coin decides."""
    coins = np.random.default_rng(seed)
    count = days * each
    seconds = np.sort(coins.integers(0, days * 86_400, count))
    local = pd.Series(pd.Timestamp(FIRST) + pd.to_timedelta(seconds, unit="s"))
    at = local.dt.tz_localize(SHANGHAI)
    choices = {
        "region": ["CN-GD", "CN-SC", "CN-HB", "CN-FJ"],
        "os": ["iOS", "Android"],
        "channel": ["app", "web"],
        "partner": ["partner_a", "partner_b"],
        "product": ["cash_loan", "instalment"],
    }
    drawn = {name: coins.choice(values, count) for name, values in choices.items()}
    ids = [f"a{number}" for number in range(count)]
    told = {**USUAL, **drawn, "attempt_id": ids, "attempted_at": at, "decided_at": at}
    return pd.DataFrame(told | {"outcome": "approved", "reason_codes": None})


def refuse(frame: pd.DataFrame, code: str, chance: float, where: Any = True, seed: int = 2) -> None:
    """Adds a reason to as many of those attempts, whatever else they have."""
    is_hit = (np.random.default_rng(seed).random(len(frame)) < chance) & where & frame["reason_codes"].isna()
    frame.loc[is_hit, "reason_codes"] = code
    frame.loc[is_hit, "outcome"] = "refused"
    frame.loc[is_hit, "evaluation"] = "first-fail" if code[0] == "T" else "all"


def between(frame: pd.DataFrame, start: str, end: str) -> Any:
    """Where an attempt was made between two local times."""
    return (frame["attempted_at"] >= pd.Timestamp(start, tz=SHANGHAI)) & (
        frame["attempted_at"] < pd.Timestamp(end, tz=SHANGHAI)
    )


def by_day(frame: pd.DataFrame) -> dict[date, pd.DataFrame]:
    return dict(iter(frame.groupby(frame["attempted_at"].dt.date)))


def busy(days: int = 56, each: int = 400) -> pd.DataFrame:
    """Eight weeks in which a fifth is refused for the score, and a few for other things."""
    frame = crowd(days, each)
    refuse(frame, "U101", 0.2)
    refuse(frame, "T101", 0.03, seed=3)
    return frame


def checked(home: Path, frame: pd.DataFrame, *incidents: Any, shifts: Any = ()) -> Report:
    """What the check says of a world with this log."""
    return check_world(DrawnWorld(by_day(frame), list(incidents), list(shifts)).write(home))


def shown(report: Report) -> str:
    """The table as it stands in a wide terminal."""
    text = StringIO()
    Console(width=200, file=text).print(table(report))
    return text.getvalue()
