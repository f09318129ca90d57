"""The one codec between `Filters` and the URL: `?period=last90&region=CN-GD&except_cause=debt`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any

from dashboard import words
from dashboard.filters import CUSTOM, FILTERABLE, NO_COMPARISON, PRESETS, Filters, Granularity
from etl.catalogue.dimensions import DIMENSIONS
from etl.periods import Comparison
from etl.query import Attribution, Selection
from etl.rows import COUNTED
from etl.snapshot import Snapshot
from etl.words import Language, Words

EXCEPT = "except_"
_CHOICES = {
    "period": tuple(PRESETS),
    "compare": (NO_COMPARISON, *Comparison),
    "attribution": tuple(Attribution),
    "granularity": tuple(Granularity),
    "language": tuple(Language),
    "rows": COUNTED,
}
_TYPES = {"attribution": Attribution, "granularity": Granularity, "language": Language}
IGNORED = frozenset({"embed", "embed_options"})
"""Parameters that Streamlit takes."""
PARAMETERS = (*_CHOICES, "since", "until", *FILTERABLE, *(EXCEPT + name for name in FILTERABLE))

_UNKNOWN_PARAMETER = Words(
    en="The address names “{name}”, which is not a filter here; it was ignored.{hint}",
    zh="网址中的“{name}”不是这里的筛选项，已忽略。{hint}",
)
_UNKNOWN_VALUE = Words(
    en="The address asks for {name} “{value}”, which is not known here; it was ignored.{hint}",
    zh="网址中 {name} 的取值“{value}”在此未知，已忽略。{hint}",
)
_TOO_COARSE = Words(
    en="The times of this log are too coarse for {name} “{value}”; it was ignored.",
    zh="此日志的时间过粗，无法使用 {name}“{value}”，已忽略。",
)
_NOT_CARRIED = Words(
    en="The log does not carry {name}, which the address asks for; it was ignored.",
    zh="网址要求筛选 {name}，但日志未包含，已忽略。",
)
_SPOKEN = {
    "period": words.PERIOD,
    "compare": words.COMPARE,
    "attribution": words.ATTRIBUTION,
    "granularity": words.GRANULARITY,
    "language": words.LANGUAGE,
    "rows": words.COUNTED,
    "since": words.SINCE_NAME,
    "until": words.UNTIL_NAME,
    **{name: DIMENSIONS[name].words for name in FILTERABLE},
}
"""What the parameters are called beside the widgets."""
_HINT = Words(en=" Did you mean {names}?", zh="是否想用 {names}？")


@dataclass(frozen=True)
class Notice:
    """One line about something in the address that could not be used."""

    words: Words
    name: str
    value: str = ""
    near: tuple[str, ...] = ()

    def __call__(self, language: Language) -> str:
        hint = _HINT(language, names=", ".join(self.near)) if self.near else ""
        return self.words(language, name=self._spoken(language), value=self._chosen(language), hint=hint)

    def _spoken(self, language: Language) -> str:
        return _SPOKEN[self.name](language) if self.name in _SPOKEN else self.name

    def _chosen(self, language: Language) -> str:
        is_step = self.name == "granularity" and self.value in words.GRANULARITIES
        return words.GRANULARITIES[Granularity(self.value)](language) if is_step else self.value


@dataclass(frozen=True)
class Reading:
    """What an address says, and what in it was not understood."""

    filters: Filters
    notices: tuple[Notice, ...] = ()


def to_query(filters: Filters, opening: Filters | None = None) -> dict[str, list[str]]:
    """The parameters that tell `filters` apart from `opening`, what is shown when an address says nothing."""
    written, silent = _scalars(filters), _scalars(opening or Filters())
    query = {name: [text] for name, text in written.items() if text != silent.get(name)}
    for name, selection in filters.where:
        query[EXCEPT + name if selection.is_except else name] = list(selection.values)
    return query


def read_query(query: Mapping[str, Iterable[str]], opening: Filters | None = None) -> Reading:
    """The filters that an address asks for. Never raises: what is not understood is left out and noticed."""
    texts = {name: [text for text in values if text] for name, values in query.items() if name not in IGNORED}
    notices = [_unknown(name, "", PARAMETERS) for name in texts if name not in PARAMETERS]
    scalars, misread = _read_scalars(texts)
    where = [_read_selection(name, values) for name, values in texts.items() if _dimension(name)]
    filters = replace(opening or Filters(), where=tuple(where), **scalars)
    return Reading(filters, (*notices, *misread))


def known_here(filters: Filters, snapshot: Snapshot) -> Reading:
    """The filters without dimensions that this log does not carry and values that nobody here knows."""
    where, notices = [], []
    for name, selection in filters.where:
        if not snapshot.has(name):
            notices.append(_not_there(name, selection))
            continue
        known = snapshot.known(name)
        kept = tuple(value for value in selection.values if value in known)
        notices += [_unknown(name, value, sorted(known)) for value in selection.values if value not in known]
        where.append((name, Selection(kept, selection.is_except)))
    settled = replace(filters, where=tuple(where))
    if not settled.granularity.is_in(snapshot.info):
        notices.append(Notice(_TOO_COARSE, "granularity", str(settled.granularity)))
        settled = replace(settled, granularity=Granularity.AUTO)
    return Reading(settled, tuple(notices))


def _not_there(name: str, selection: Selection) -> Notice:
    return Notice(_TOO_COARSE if DIMENSIONS[name].is_time else _NOT_CARRIED, name, ", ".join(selection.values))


def _scalars(filters: Filters) -> dict[str, str]:
    dates = filters.since or filters.until
    written = {
        "period": "" if dates else filters.preset,
        "since": filters.since.isoformat() if filters.since else "",
        "until": filters.until.isoformat() if filters.until else "",
        "compare": str(filters.compare or NO_COMPARISON),
        "attribution": str(filters.attribution),
        "granularity": str(filters.granularity),
        "language": str(filters.language),
        "rows": filters.counted,
    }
    return {name: text for name, text in written.items() if text}


def _read_scalars(texts: dict[str, list[str]]) -> tuple[dict[str, Any], list[Notice]]:
    read: dict[str, Any] = {}
    notices: list[Notice] = []
    for name in (name for name in texts if texts[name] and (name in _CHOICES or name in {"since", "until"})):
        value, notice = _read_scalar(name, texts[name][-1])
        read.update({} if notice else {_FIELDS.get(name, name): value})
        notices += [notice] if notice else []
    if {"since", "until"} & read.keys():
        read["preset"] = CUSTOM
    return read, notices


_FIELDS = {"period": "preset", "rows": "counted"}


def _read_scalar(name: str, text: str) -> tuple[Any, Notice | None]:
    if name in {"since", "until"}:
        try:
            return date.fromisoformat(text), None
        except ValueError:
            return None, _unknown(name, text, ())
    if text not in _CHOICES[name]:
        return None, _unknown(name, text, _CHOICES[name])
    if name == "compare":
        return (None if text == NO_COMPARISON else Comparison(text)), None
    return _TYPES.get(name, str)(text), None


def _dimension(name: str) -> str | None:
    bare = name.removeprefix(EXCEPT)
    return bare if bare in FILTERABLE else None


def _read_selection(name: str, values: list[str]) -> tuple[str, Selection]:
    return name.removeprefix(EXCEPT), Selection(tuple(values), name.startswith(EXCEPT))


def _unknown(name: str, value: str, known: Iterable[str]) -> Notice:
    near = tuple(get_close_matches(value or name, [str(item) for item in known], n=3, cutoff=0.6))
    return Notice(_UNKNOWN_VALUE if value else _UNKNOWN_PARAMETER, name, value, near)
