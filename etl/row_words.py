"""Attempts as people read them: headings with zone and currency, words for codes, each reason with its cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from etl.catalogue import UNSPECIFIED
from etl.catalogue.dimensions import DIMENSIONS
from etl.row_columns import BY_NAME, RowColumn
from etl.snapshot import Snapshot
from etl.words import Language, Words

if TYPE_CHECKING:
    import pandas as pd

OWN_LABEL = Words(en="the log's own label", zh="日志自带标签")
IN_CURRENCY = Words(en=" ({currency})", zh="（{currency}）")
REASON = Words(en="{code} {reason} ({cause})", zh="{code} {reason}（{cause}）")
UNCODED = Words(en="{reason} ({cause})", zh="{reason}（{cause}）")
MOMENTS = ("attempted_at", "decided_at")
NEXT = Words(en="; ", zh="；")


def heading(column: RowColumn, snapshot: Snapshot, language: Language) -> str:
    info = snapshot.info
    is_label = column.name == "attempted_at" and info.time_grain != "instant"
    zone = OWN_LABEL(language) if is_label else info.business_zone
    currency = IN_CURRENCY(language, currency=info.currency) if info.currency else ""
    return column.words(language, zone=zone, currency=currency)


def spoken(frame: pd.DataFrame, names: Iterable[str], snapshot: Snapshot, language: Language) -> pd.DataFrame:
    """These columns of a page of rows under their headings; numbers stay numbers."""
    import pandas as pd

    columns = {name: _column(frame, name, snapshot, language) for name in names if name in frame}
    return pd.DataFrame({heading(BY_NAME[name], snapshot, language): cells for name, cells in columns.items()})


def _column(frame: pd.DataFrame, name: str, snapshot: Snapshot, language: Language) -> list[object]:
    def each(spell: Callable[[str], str]) -> list[object]:
        return [spell(value) if isinstance(value, str) else None for value in frame[name]]

    if name == "reasons":
        pairs = zip(frame["reasons"], frame["causes"], strict=True)
        return [_reasons(*pair, snapshot, language) for pair in pairs]
    if name in DIMENSIONS:
        return each(lambda value: snapshot.label(name, value, language))
    if name in MOMENTS:
        return each(lambda text: text.replace("T", " "))
    return list(frame[name])


def _reasons(reasons: object, causes: object, snapshot: Snapshot, language: Language) -> str | None:
    """`U101 Score below the line (Credit score); …`, the primary one first."""
    if not (isinstance(reasons, str) and isinstance(causes, str)):
        return None
    pairs = zip(reasons.split("|"), causes.split("|"), strict=True)
    return NEXT(language).join(_reason(code, cause, snapshot, language) for code, cause in pairs)


def _reason(code: str, cause: str, snapshot: Snapshot, language: Language) -> str:
    reason, meaning = snapshot.label("reason", code, language), snapshot.label("cause", cause, language)
    is_named_by_code = code in (UNSPECIFIED, reason)
    return (UNCODED if is_named_by_code else REASON)(language, code=code, reason=reason, cause=meaning)
