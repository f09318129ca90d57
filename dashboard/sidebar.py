"""The filters in the sidebar, the same on every view: whatever a click filters, the keyboard can too."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import streamlit as st

from dashboard import formats, words
from dashboard.controls import Controls
from dashboard.filters import COARSER, CUSTOM, FILTERABLE, NO_COMPARISON, PRESETS, Filters, Granularity
from dashboard.slots import slot
from etl.catalogue.dimensions import DIMENSIONS
from etl.periods import ALL, PRESET_DAYS, Comparison
from etl.snapshot import Snapshot, SnapshotInfo
from etl.words import Language

_WHERE = ("macro_region", "region")
_WHY = ("layer", "cause", "reason")
_HOW = ("channel", "product", "app_version", "stage")


def sidebar(snapshot: Snapshot, filters: Filters) -> None:
    controls, language = Controls(snapshot, filters), filters.language
    _language(language)
    _period(controls)
    with _section(words.WHERE(language)):
        _dimensions(controls, _WHERE)
    with _section(words.WHY(language)):
        _dimensions(controls, _WHY)
    with _section(words.HOW(language)):
        _dimensions(controls, _HOW)
    _more(controls)
    with _section(words.COUNTING(language)):
        _counting(controls)


def _section(title: str) -> "st.delta_generator.DeltaGenerator":
    st.subheader(title, anchor=False)
    return st.container(gap="xsmall")


def _more(controls: Controls) -> None:
    """The dimensions that have no place of their own above; open once one of them is filtered by, and empty until then.

    Half of all filters are here: what nobody sees would cost every click on a chart its time.
    """
    names = others(controls.snapshot, controls.filters)
    if names:
        is_open = any(controls.filters.selection(name) for name in names)
        more = st.expander(words.MORE(controls.language), is_open, key=f"more_{is_open}", on_change="rerun")
        if more.open:
            with more:
                _dimensions(controls, names)


def others(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """What else the log tells apart, and whatever a chart or a link filtered by."""
    left = (name for name in FILTERABLE if name not in {*_WHERE, *_WHY, *_HOW})
    return tuple(name for name in left if filters.selection(name) or _tells_apart(snapshot, name))


def _tells_apart(snapshot: Snapshot, dimension: str) -> bool:
    return snapshot.has(dimension) and (DIMENSIONS[dimension].is_time or len(snapshot.values(dimension)) > 1)


def _language(language: Language) -> None:
    place = slot("language", language)
    st.radio(
        words.LANGUAGE(language),
        list(Language),
        index=list(Language).index(language),
        format_func=words.LANGUAGES.get,
        key=place.key,
        horizontal=True,
        label_visibility="collapsed",
        on_change=place.then(lambda filters, spoken: replace(filters, language=spoken)),
    )


def _period(controls: Controls) -> None:
    info, filters = controls.snapshot.info, controls.filters
    presets = {name: PRESETS[name] for name in _presets(info, filters)}
    controls.one_of("preset", words.PERIOD, presets, partial(_preset, info))
    if filters.preset == CUSTOM:
        _dates(controls)
    controls.one_of("compare", words.COMPARE, words.COMPARISONS, _compare)
    if filters.is_too_early(info):
        first = formats.day(info.first_day, filters.language)
        st.caption(words.TOO_EARLY(filters.language, day=first))


def _preset(info: SnapshotInfo, filters: Filters, preset: str) -> Filters:
    """Own dates begin as the days shown so far."""
    shown = filters.period(info)
    return replace(filters, preset=preset, since=shown.since, until=shown.until)


def _compare(filters: Filters, chosen: str) -> Filters:
    return replace(filters, compare=None if chosen == NO_COMPARISON else Comparison(chosen))


def _presets(info: SnapshotInfo, filters: Filters) -> list[str]:
    """Those shorter than the log; days are no choice where the log knows months or years only."""
    has_days = COARSER[info.time_grain] <= COARSER["day"]
    length = (info.last_day - info.first_day).days
    fits = {name for name, days in PRESET_DAYS.items() if days <= length and has_days}
    return [name for name in PRESETS if name in {*fits, ALL, CUSTOM, filters.preset}]


def _dates(controls: Controls) -> None:
    info, language = controls.snapshot.info, controls.language
    period = controls.filters.period(info)
    if COARSER[info.time_grain] > COARSER["day"]:
        _buckets(controls)
        return
    days = (period.since, period.until)
    place = controls.slot("dates", days, is_draft=lambda shown: len(shown) < len(days))
    st.date_input(
        words.DATES(language),
        value=days,
        min_value=min(info.first_day, period.since),
        max_value=max(info.last_day, period.until),
        format="YYYY-MM-DD",
        key=place.key,
        on_change=place.then(_between),
    )


def _buckets(controls: Controls) -> None:
    """From and to for a log that knows months or years only."""
    info, language = controls.snapshot.info, controls.language
    period, starts = controls.filters.period(info), bucket_starts(info)
    days = (period.since, period.until)
    chosen = tuple(max((start for start in starts if start <= day), default=starts[0]) for day in days)
    place = controls.slot("buckets", chosen)
    st.select_slider(
        words.DATES(language),
        starts,
        value=chosen,
        format_func=partial(formats.bucket, grain=info.time_grain, language=language),
        key=place.key,
        on_change=place.then(partial(_between_buckets, info)),
    )


def bucket_starts(info: SnapshotInfo) -> list[date]:
    """The first day of each month or year of the log."""
    months = [1] if info.time_grain == "year" else range(1, 13)
    years = range(info.first_day.year, info.last_day.year + 1)
    return [date(y, m, 1) for y in years for m in months if date(y, m, 1) <= info.last_day]


def _between(filters: Filters, days: tuple[date, ...]) -> Filters:
    return replace(filters, since=days[0], until=days[1]) if len(days) > 1 else filters


def _between_buckets(info: SnapshotInfo, filters: Filters, chosen: tuple[date, date]) -> Filters:
    later = [start for start in bucket_starts(info) if start > chosen[1]]
    until = later[0] - timedelta(days=1) if later else info.last_day
    return replace(filters, since=chosen[0], until=until)


def _dimensions(controls: Controls, names: tuple[str, ...]) -> None:
    carried = [name for name in names if controls.snapshot.has(name)]
    for name in carried:
        controls.some_of(name)
    missing = [DIMENSIONS[name].words(controls.language) for name in names if name not in carried]
    if missing:
        joined = words.LISTED(controls.language).join(missing)
        st.caption(words.NOT_CARRIED(controls.language, names=joined))


def _counting(controls: Controls) -> None:
    info, filters = controls.snapshot.info, controls.filters
    controls.one_of("attribution", words.ATTRIBUTION, words.ATTRIBUTIONS)
    if not filters.attribution.adds_up:
        st.caption(words.NOT_ADDING_UP(filters.language))
    grains = {grain: text for grain, text in words.GRANULARITIES.items() if Granularity(grain).is_in(info)}
    controls.one_of("granularity", words.GRANULARITY, grains)
