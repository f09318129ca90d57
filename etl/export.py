"""Frames as files that others can trust: CSV bytes, the facts that travel beside them, and both in one zip."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from etl.catalogue.dimensions import TIME_BUCKETS, Scope, coded
from etl.catalogue.metrics import METRICS, Unit, unit_of
from etl.periods import Period
from etl.query import Question, Selection
from etl.snapshot import Snapshot
from etl.words import Language

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may run when a cell starts with it (OWASP, CSV injection)."""
UNLABELLED = {*TIME_BUCKETS, "hour", "weekday"}


def labelled(frame: pd.DataFrame, snapshot: Snapshot, language: Language | str) -> pd.DataFrame:
    """The frame with a `<dimension>_label` column after every column of codes, in the language chosen."""
    columns: dict[str, Any] = {}
    for name in frame.columns:
        columns[name] = frame[name]
        dimension = coded(str(name))
        if dimension and dimension not in UNLABELLED:
            columns[f"{name}_label"] = [snapshot.label(dimension, str(value), language) for value in frame[name]]
    return pd.DataFrame(columns)


def csv_bytes(frame: pd.DataFrame, snapshot: Snapshot, language: Language | str) -> bytes:
    """Every row as CSV, with a column of labels beside every column of codes; see `guarded_csv`."""
    return guarded_csv(labelled(frame, snapshot, language))


def guarded_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV: UTF-8 with BOM, CRLF, machine headers, ISO dates and times, missing values empty.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*(_cells(table[name]) for name in table.columns), strict=True))
    return written.getvalue().encode("utf-8-sig")


def about(
    frame: pd.DataFrame,
    snapshot: Snapshot,
    question: Question,
    language: Language | str,
    *,
    compared_with: tuple[str, Period, str] | None = None,
    highlighted: Mapping[str, Selection] | None = None,
    columns: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What a reader of the file must know: filters, period, definitions, snapshot and row count.

    `compared_with` names the period behind the columns that end in `_before` and how its days were found,
    `highlighted` the filters that the chart shows by highlighting and the file does not apply, `columns` what further
    columns hold.
    """
    since, until = snapshot.within(question.since, question.until)
    return {
        **_about_snapshot(snapshot),
        "period": {"since": since.isoformat(), "until": until.isoformat()},
        "by": list(question.by),
        "attribution": question.attribution.value,
        "filters": {name: _filter(kept.values, kept.is_except) for name, kept in question.where.items()},
        "metrics": {name: _definition(name, language) for name in question.metrics},
        "currency": snapshot.info.currency,
        "rows": len(frame),
        **_compared(compared_with),
        **_highlighted(highlighted or {}),
        **({"columns": dict(columns)} if columns else {}),
    }


def about_table(frame: pd.DataFrame, snapshot: Snapshot, columns: Mapping[str, str]) -> dict[str, Any]:
    """What a reader of a table about the snapshot itself must know. `columns` says what each column holds."""
    return {**_about_snapshot(snapshot), "columns": dict(columns), "rows": len(frame)}


def _about_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "product": "Refusal Lens",
        "snapshot": snapshot.id,
        "is_synthetic": snapshot.info.is_synthetic,
        "as_of": snapshot.info.as_of.isoformat(),
        "business_zone": snapshot.info.business_zone,
        "time_grain": snapshot.info.time_grain,
    }


def _compared(compared_with: tuple[str, Period, str] | None) -> dict[str, Any]:
    if compared_with is None:
        return {}
    kind, period, aligned = compared_with
    days = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    return {"compared_with": {"kind": kind, **days, "aligned_on": aligned}}


def _highlighted(highlighted: Mapping[str, Selection]) -> dict[str, Any]:
    if not highlighted:
        return {}
    filters = {name: _filter(kept.values, kept.is_except) for name, kept in highlighted.items()}
    return {"highlighted": {"note": "not applied to this file", "filters": filters}}


def about_bytes(facts: dict[str, Any]) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()


def parquet_bytes(table: pd.DataFrame, facts: dict[str, Any]) -> bytes:
    """A table as Parquet; the facts are in its metadata, under `refusal_lens`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow, written = pa.Table.from_pandas(table, preserve_index=False), pa.BufferOutputStream()
    told = json.dumps(facts, ensure_ascii=False).encode()
    pq.write_table(arrow.replace_schema_metadata({**arrow.schema.metadata, b"refusal_lens": told}), written)
    return bytes(written.getvalue())


def zipped(*answers: tuple[str, pd.DataFrame, dict[str, Any]]) -> bytes:
    """For each stem, table and facts: CSV, Parquet and the facts, as one zip; the same bytes for the same content."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, table, facts in answers:
            archive.writestr(_entry(f"{stem}.csv"), guarded_csv(table))
            archive.writestr(_entry(f"{stem}.parquet"), parquet_bytes(table, facts))
            archive.writestr(_entry(f"{stem}.about.json"), about_bytes(facts))
    return written.getvalue()


def file_stem(snapshot: Snapshot, question: Question, name: str = "") -> str:
    """A file name without ending: metrics, dimensions, period; `refusal_rate_by_cause_region_2026-10-04_2026-10-31`.

    A `name` stands in the place of the metrics.
    """
    since, until = snapshot.within(question.since, question.until)
    by = f"_by_{'_'.join(question.by)}" if question.by else ""
    return f"{name or '_'.join(question.metrics)}{by}_{since}_{until}"


def neutralised(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    is_formula = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def _cells(column: pd.Series) -> Iterator[Any]:
    return (None if pd.isna(value) else write(value) for value, write in zip(column, _writers(column), strict=True))


def _writers(column: pd.Series) -> Iterator[Callable[[Any], Any]]:
    writer = _writer(str(column.name), column)
    return (writer for _ in range(len(column)))


def _writer(name: str, column: pd.Series) -> Callable[[Any], Any]:
    if name in TIME_BUCKETS:
        return lambda value: (value.date() if isinstance(value, pd.Timestamp) else value).isoformat()
    if pd.api.types.is_integer_dtype(column):
        return int
    if pd.api.types.is_float_dtype(column):
        return _money if unit_of(name) is Unit.MONEY else _number
    return lambda value: value.isoformat() if isinstance(value, date) else neutralised(str(value))


def _money(value: float) -> str:
    return f"{value:.2f}"


def _number(value: float) -> str:
    """The shortest text that reads back as the same number; whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _filter(values: tuple[str, ...], is_except: bool) -> dict[str, Any]:
    return {"all_except" if is_except else "only": list(values)}


def _definition(name: str, language: Language | str) -> dict[str, Any]:
    asked = METRICS[name]
    facts: dict[str, Any] = {"name": asked.words(language), "definition": asked.definition(language)}
    if asked.denominator:
        facts |= {"numerator": asked.numerator, "denominator": asked.denominator}
    return facts | ({"narrowed_by_cause_filter": True} if asked.scope is Scope.REFUSAL else {})


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
