"""A day of a world on disk: its truth, its log, and its line in the journal, in this order."""

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from synthetic_data.chronicle import Chronicle, DayLog
from synthetic_data.files import Format, day_of, encoded, file_name, parquet_bytes, put, told_names
from synthetic_data.worlds import World

JOURNAL = "days.jsonl"
"""In the truth folder: a line for every day that is written, so that a stopped run goes on from there."""


@dataclass(frozen=True)
class Order:
    """Which world is to be written, where and how."""

    home: Path
    format: Format
    world: World


@dataclass(frozen=True)
class DayFile:
    """One line of the journal: the hashes are of files ("" where there is none), `digest` of the numbers in the log."""

    day: str
    file: str
    rows: int
    refusals: int
    sha256: str
    digest: str
    truth_sha256: str = ""
    labels_sha256: str = ""
    sums: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "DayFile | None":
        """What a line of the journal says, if it is one of ours."""
        if {name: type(value) for name, value in line.items()} != KINDS:
            return None
        file = cls(**line)
        return file if file.sha256 and str(day_of(file.file)) == file.day else None

    @property
    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


KINDS = {**dict.fromkeys(DayFile.__dataclass_fields__, str), "rows": int, "refusals": int, "sums": dict}


def write_in_a_row(order: Order, days: Iterable[date]) -> Iterator[DayFile]:
    """Makes each day while a thread writes the one before it: pyarrow works beside Python."""
    chronicle = Chronicle(order.world)
    with ThreadPoolExecutor(1) as writer:
        under_way: Future[DayFile] | None = None
        for day in days:
            made = chronicle.day(day)
            if under_way:
                yield under_way.result()
            under_way = writer.submit(write_day, order, made)
        if under_way:
            yield under_way.result()


def write_day(order: Order, made: DayLog) -> DayFile:
    """The truth before the log, and the journal last: a day that is in there is told in full."""
    truth, labels = (order.home / "truth" / name for name in told_names(made.day))
    file = DayFile(
        day=made.day.isoformat(),
        file=file_name(made.day, order.format),
        rows=made.log.num_rows,
        refusals=made.refusals,
        truth_sha256=_put(truth, parquet_bytes(made.truth)) if made.truth.num_rows else "",
        labels_sha256="" if made.labels is None else _put(labels, parquet_bytes(made.labels)),
        sha256=_put(order.home / "logs" / file_name(made.day, order.format), encoded(made.log, order.format)),
        digest=made.digest,
        sums={incident: asdict(done) for incident, done in made.sums.items()},
    )
    _note(order.home / "truth" / JOURNAL, file.line)
    return file


def _put(path: Path, data: pa.Buffer) -> str:
    put(path, data)
    return sha256(data).hexdigest()


def _note(journal: Path, line: str) -> None:
    """In one call of the system, so that the lines of several processes do not mix."""
    with journal.open("ab", buffering=0) as file:
        file.write(line.encode())
