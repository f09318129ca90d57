"""What the command line shows: what became of a load, what would, what is kept out, what is live."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from etl.catalogue.own import lines_to_paste
from etl.catalogue.rules import counted
from etl.command_line import console
from etl.manifest import Load
from etl.pipeline import Trial
from etl.quarantine import Balance, balance
from etl.snapshot import Snapshot
from etl.verify import Verified

if TYPE_CHECKING:
    import pandas as pd

COUNTS = {"read": "rows_read"} | {name: name for name in ("loaded", "restated", "duplicates", "quarantined")}
"""Column of a load's table, and the field of a load it shows."""
MOST_NAMES = 12
"""Columns named in a line."""
NUMERIC = "iufb"
"""The kinds of columns whose numbers stand below each other."""
out_console = Console(width=None if sys.stdout.isatty() else 160, markup=False, highlight=False)


def print_load(load: Load | None) -> None:
    """The counts of a load: read = loaded + restated + duplicates + quarantined; then what was broken and put right."""
    if load is None:
        out_console.print("No new file; every one was loaded before.")
        return
    table = Table(*COUNTS, title=f"Load {load.id} ({len(load.files)} files)")
    table.add_row(*(f"{getattr(load, COUNTS[name]):,}" for name in COUNTS))
    out_console.print(table)
    if load.unused:
        out_console.print(_unused_line(load.unused), soft_wrap=True)
    if load.broken or load.fixed:
        out_console.print(_rules_of(load))


def _unused_line(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return f"Columns that nothing reads: {', '.join(names[:MOST_NAMES])}{more}"


def _rules_of(load: Load) -> Table:
    table = Table("rule", "severity", "rows", "meaning", title="What the rows were held against")
    for rule, times in counted(load.broken, load.fixed):
        table.add_row(rule.id, rule.severity.value, f"{times:,}", rule.words.en)
    return table


def print_trial(trial: Trial, home: Path | None, *, as_json: bool) -> None:
    """What loading would do, without a snapshot to name."""
    if as_json:
        print_json(trial.load, objection=trial.objection)
        return
    print_load(trial.load)
    where = f"{home} stays as it is" if home else "Nothing was loaded"
    out_console.print(f"{where}. {trial.objection or 'Loading would publish this.'}")


def print_json(load: Load | None, **facts: str) -> None:
    """One JSON object on standard output: the load (null: no file was new) and the facts given."""
    print(json.dumps({"load": asdict(load) if load else None, **facts}, ensure_ascii=False))


def print_rows_kept_out(frame: pd.DataFrame) -> None:
    if frame.empty:
        out_console.print("No row is kept out.")
        return
    for row in frame.to_dict("records"):
        times = f" ({row['times']:,} times)" if row["times"] > 1 else ""
        out_console.print(f"{row['source_file']}, line {row['source_row']}{times}: {row['rules_broken']}")
        out_console.print(f"    {row['raw']}")


def print_quarantine(frame: pd.DataFrame, balance: Balance) -> None:
    """The open rows, then what became of all of them."""
    if frame.empty and balance.rows:
        out_console.print("No such row is open.")
    else:
        print_rows_kept_out(frame)
    if balance.rows:
        out_console.print(_balance_line(balance))


def _balance_line(balance: Balance) -> str:
    return (
        f"Kept out: open {balance.open:,}, mended {balance.mended:,} (the attempt is in force);"
        f" rows in all, copies among them: {balance.rows:,}"
    )


def print_counts_kept_out(frame: pd.DataFrame) -> None:
    out_console.print("No row is kept out." if frame.empty else table_of(frame, "Rows kept out"))


def print_verified(verified: Verified) -> None:
    for problem in verified.problems:
        console.print(f"error: {problem}")
    if not verified.problems:
        out_console.print(
            f"Snapshot {verified.snapshot_id}: {verified.parts:,} parts with {verified.rows:,} attempts and the"
            " snapshot itself are as they were written, and its sums are those of the rows."
        )


def print_status(snapshot: Snapshot) -> None:
    """Everything about the live snapshot that an analyst checks before trusting it."""
    info, rows = snapshot.info, snapshot.reconciliation()
    kind = "SYNTHETIC" if info.is_synthetic else "real"
    out_console.print(f"Snapshot {snapshot.id} ({kind}), published {info.published_at:%Y-%m-%d %H:%M} UTC")
    zone = f", zone {info.business_zone}" if info.time_grain == "instant" else f", by {info.time_grain}"
    out_console.print(f"Days {info.first_day} to {info.last_day}, as of {info.as_of}{zone}")
    out_console.print(
        f"Rows read {rows.rows_read:,} = loaded {rows.loaded:,} + restated {rows.restated:,}"
        f" + duplicates {rows.duplicates:,}"
        f" + quarantined {rows.quarantined:,}"
    )
    out_console.print(
        f"Attempts {rows.attempts:,} = approved {rows.approved:,} + refused {rows.refused:,}"
        f" + withdrawn {rows.withdrawn:,} + pending {rows.pending:,}; excluded {rows.excluded:,}"
    )
    kept_out = balance(snapshot.quarantine_parts())
    if kept_out.rows:
        out_console.print(_balance_line(kept_out))
    for title, frame in (
        ("Loads", snapshot.loads()),
        ("Rules broken", snapshot.quarantine()),
        ("Unmapped codes", snapshot.unmapped()),
    ):
        if len(frame):
            out_console.print(table_of(frame, title))
    out_console.print(lines_to_paste(snapshot.unmapped()), end="", soft_wrap=True)


def table_of(frame: pd.DataFrame, title: str) -> Table:
    table = Table(title=title or None)
    for name in frame.columns:
        table.add_column(Text(name), justify="right" if frame[name].dtype.kind in NUMERIC else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(_shown(value)) for value in row))
    return table


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:,.4f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return f"{value:,}" if isinstance(value, int) else str(value)
