"""What goes wrong on the way to the log: a few rows of a day are spoiled, and labels tell which and how."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synthetic_data.decks import Array
from synthetic_data.streams import Streams


class Mess(StrEnum):
    """What may happen to a row; a row suffers one kind at most."""

    DUPLICATE = "duplicate"
    LATE = "late"
    CLOCK_SKEW = "clock_skew"
    MISSING_REGION = "missing_region"
    UNKNOWN_CODE = "unknown_code"
    MOJIBAKE = "mojibake"
    CURRENCY_AMOUNT = "currency_amount"
    FULL_WIDTH_AMOUNT = "full_width_amount"


MINUTES_OFF = (-480, 480, -60, -15, -3, 5, 20)
"""Zones mixed up, summer time where there is none, and clocks that drift."""

STRAY_CODES = ("X777", "Z404")
"""Known to no catalogue, and other than the unknown codes of the world itself."""

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Spoiled:
    """A day's file, the rows held back for the end of the next one, and the kind of mess by `attempt_id`.

    The label of a duplicate belongs to the extra copy.
    """

    log: pa.Table
    late: pa.Table
    labels: pa.Table


@dataclass(frozen=True)
class Deal:
    """Which rows are spoiled, in order; the number of each one's kind, and a die for its details."""

    rows: Array
    kinds: Array
    dice: Array

    def of(self, kind: Mess) -> "Deal":
        is_of = self.kinds == KINDS.index(kind)
        return Deal(self.rows[is_of], self.kinds[is_of], self.dice[is_of])


def spoil(streams: Streams, log: pa.Table, day: date, share: float, *, holds_back: bool) -> Spoiled:
    """Spoils about `share` of the rows. A larger share spoils the same rows in the same ways, and others.

    `holds_back` is for days that have a next file; without one no row is late.
    """
    luck, choice, dice = streams.of("mess", day.toordinal()).random((3, log.num_rows))
    written = log.cast(_schema(log.schema))
    rows = np.flatnonzero(luck < share)
    deal = Deal(rows, _kinds(written.take(rows), choice[rows], holds_back), dice[rows])
    spoiled, late = _rewritten(written, deal), deal.of(Mess.LATE)
    order = _doubled(np.delete(np.arange(log.num_rows), late.rows), deal.of(Mess.DUPLICATE))
    return Spoiled(spoiled.take(order), spoiled.take(late.rows), _labels(log["attempt_id"].take(rows), deal.kinds))


def _schema(schema: pa.Schema) -> pa.Schema:
    """What can be spoiled as text: an amount may be anything, and words come up that no dictionary knows."""
    return pa.schema([field.with_type(pa.string()) if field.name in TEXTS else field for field in schema])


def _kinds(log: pa.Table, choice: Array, holds_back: bool) -> Array:
    """One kind for each row, all equally likely that find something in it to spoil."""
    can = np.array([_can_be(kind, log, holds_back) for kind in KINDS])
    kinds: Array = np.argmax(can.cumsum(axis=0) > choice * can.sum(axis=0), axis=0)
    return kinds


def _can_be(kind: Mess, log: pa.Table, holds_back: bool) -> Array:
    is_possible = np.full(log.num_rows, holds_back or kind is not Mess.LATE)
    for name in CHANGES.get(kind, {}):
        is_possible &= log[name].is_valid().to_numpy()
    return is_possible


def _rewritten(log: pa.Table, deal: Deal) -> pa.Table:
    columns = dict(zip(log.column_names, log.columns, strict=True))
    for kind, changes in CHANGES.items():
        mine = deal.of(kind)
        is_mine = np.zeros(log.num_rows, dtype=bool)
        is_mine[mine.rows] = True
        for name, change in changes.items():
            old = columns[name].take(mine.rows).to_pylist()
            new = pa.array(map(change, old, mine.dice), columns[name].type)
            columns[name] = pc.replace_with_mask(columns[name], is_mine, new)
    return pa.table(columns, schema=log.schema)


def _doubled(order: Array, twice: Deal) -> Array:
    """The row numbers in `order`, and those of `twice` once more, somewhere behind their first place."""
    behind = np.searchsorted(order, twice.rows) + 1
    return np.insert(order, behind + (twice.dice * (len(order) + 1 - behind)).astype(np.int64), twice.rows)


def _labels(ids: pa.ChunkedArray, kinds: Array) -> pa.Table:
    labels = pa.DictionaryArray.from_arrays(pa.array(kinds, pa.int8()), pa.array(map(str, KINDS)))
    return pa.table({"attempt_id": ids, "label": labels})


def _skewed(instant: datetime, die: float) -> datetime:
    return instant + timedelta(minutes=MINUTES_OFF[int(die * len(MINUTES_OFF))])


def _lost(_: str, __: float) -> None:
    return None


def _stray_code(_: str, die: float) -> str:
    return STRAY_CODES[int(die * len(STRAY_CODES))]


def _garbled(text: str, die: float) -> str:
    """GBK read as Latin-1, or UTF-8 read as GBK: the two accidents that Chinese text meets."""
    if die < 0.5:
        return text.encode("gb18030").decode("latin-1")
    return text.encode().decode("gbk", errors="replace")


def _as_money(amount: str, _: float) -> str:
    return f"¥{int(amount):,}"


def _full_width(amount: str, _: float) -> str:
    return amount.translate(FULL_WIDTH)


KINDS = tuple(Mess)

Change = Callable[[Any, float], Any]

CHANGES: dict[Mess, dict[str, Change]] = {
    Mess.CLOCK_SKEW: {"attempted_at": _skewed},
    Mess.MISSING_REGION: {"region": _lost, "city": _lost},
    Mess.UNKNOWN_CODE: {"reason_codes": _stray_code},
    Mess.MOJIBAKE: {"city": _garbled},
    Mess.CURRENCY_AMOUNT: {"amount_requested": _as_money},
    Mess.FULL_WIDTH_AMOUNT: {"amount_requested": _full_width},
}
"""What each kind does to which columns; it befalls only rows that have a value in all of them."""

TEXTS = {name for changes in CHANGES.values() for name in changes} - {"attempted_at"}
