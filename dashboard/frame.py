"""What surrounds every view: name, ribbon, links, what is shown in words, freshness and reconciliation."""

from collections.abc import Mapping

import streamlit as st

from dashboard import crumbs, formats, history, reference, words
from dashboard.filters import Filters
from dashboard.wording import chips, lead, outside, rest
from etl.reconciliation import Reconciliation
from etl.snapshot import Snapshot, SnapshotInfo
from etl.words import Language


def masthead(info: SnapshotInfo, language: Language) -> None:
    """The product's name, and beside it a ribbon where the data is invented."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="masthead"):
        st.title(words.PRODUCT(language), anchor=False, width="content")
        if info.is_synthetic:
            st.badge(words.SYNTHETIC(language), icon=":material/science:", color="orange")


def links(pages: Mapping[str, "st.Page"], query: dict[str, list[str]]) -> "st.delta_generator.DeltaGenerator":
    """The way to the other views. The links carry the filters: Streamlit's own menu would drop them.

    Returns their row.
    """
    row = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="views")
    for page in pages.values():
        row.page_link(page, query_params=query)
    return row


def link(page: "st.Page", text: str, query: dict[str, list[str]]) -> None:
    """The way to one view from within another, with filters of its own."""
    st.page_link(page, label=text, icon=page.icon, query_params=query)


def shown(snapshot: Snapshot, filters: Filters) -> None:
    """The filters in one sentence, and below it breadcrumbs."""
    _sentence(snapshot, filters)
    language = filters.language
    if way := crumbs.html(filters, snapshot):
        st.html(way)
    if filters.is_outside(snapshot.info):
        st.warning(outside(filters, snapshot), icon=":material/event_busy:")
    if told := history.notices():
        _notices("  \n".join(line(language) for line in told), language)


def _sentence(snapshot: Snapshot, filters: Filters) -> None:
    """A chip in it releases its filter, the button at its end all of them."""
    begins, ends = lead(filters, snapshot), rest(filters, snapshot)
    if not filters.where:
        st.markdown(f"{begins} · {ends}")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="chips"):
        st.markdown(begins, width="content")
        for chip in chips(filters, snapshot):
            _chip(chip.dimension, chip.text, filters.language)
        st.markdown(ends, width="content")
        st.button(words.CLEAR(filters.language), type="tertiary", key="clear", on_click=clear)


def _notices(text: str, language: Language) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="notices"):
        st.warning(text, icon=":material/info:", width="stretch")
        st.button(
            "",
            key="dismiss",
            type="tertiary",
            icon=":material/close:",
            help=words.DISMISS(language),
            on_click=history.dismiss,
        )


def clear() -> None:
    history.change(Filters.cleared)


def _chip(dimension: str, text: str, language: Language) -> None:
    st.button(
        text,
        key=f"chip_{dimension}",
        icon=":material/close:",
        icon_position="right",
        help=words.RELEASE(language),
        on_click=lambda: history.change(lambda filters: filters.without(dimension)),
    )


def footer(snapshot: Snapshot, language: Language, command: str) -> None:
    """Freshness and reconciliation."""
    st.divider()
    lines = [freshness(snapshot.info, language), *balance(reference.reconciliation(snapshot), language)]
    st.caption("  \n".join(lines))
    if not reference.reconciliation(snapshot).closes:
        st.error(words.OPEN_BALANCE(language, command=command))


def freshness(info: SnapshotInfo, language: Language) -> str:
    published = formats.moment(info.published_at, language)
    if info.time_grain == "instant":
        as_of = formats.moment(info.as_of, language)
        return words.FRESH(language, as_of=as_of, zone=info.business_zone, published=published)
    as_of = formats.bucket(info.last_day, info.time_grain, language)
    return words.FRESH_LOCAL(language, as_of=as_of, published=published)


def balance(counts: Reconciliation, language: Language) -> list[str]:
    names = (*Reconciliation.__dataclass_fields__, "attempts")
    texts = {name: formats.count(getattr(counts, name), language) for name in names}
    lines = [words.OUTCOMES, words.EXCLUDED, words.ROWS] if counts.excluded else [words.OUTCOMES, words.ROWS]
    return [line(language, **texts) for line in lines]
