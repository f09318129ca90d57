"""One rerun of the app: the live snapshot, the filters settled, both handed to the chosen view."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import answers, formats, frame, history, saved, state, ways, words
from dashboard.ahead import after, page_of
from dashboard.board import is_dark
from dashboard.bookmarks import Bookmarks
from dashboard.downloads import view_button
from dashboard.filters import opening
from dashboard.problems import damaged, no_data, rebuild, said
from dashboard.screen import Screen
from dashboard.sidebar import sidebar
from dashboard.views import causes, data_quality, over_time, overview, regions, rows
from etl.errors import DamagedSnapshot, NoSnapshot, RefusalLensError
from etl.words import Language

ICON = str(Path(__file__).with_name("icon.svg"))
"""A file: Streamlit would fetch a `:material/…:` icon of the page from the internet."""
HOME = "REFUSAL_LENS_HOME"
VIEWS = {
    "overview": overview,
    "causes": causes,
    "regions": regions,
    "time": over_time,
    "rows": rows,
    "data": data_quality,
}
"""Each a module with `cards`, whose charts are on their way before `render` puts the view on the page."""


def main() -> None:
    home = Path(os.environ.get(HOME, "data"))
    language = formats.language_of(st.context.locale)
    st.set_page_config(words.PRODUCT(language), page_icon=ICON, layout="wide")
    try:
        screen(home, language)
    except NoSnapshot:
        no_data(home, language)
    except DamagedSnapshot as problem:
        damaged(home, language, problem)


def screen(home: Path, browser_language: Language) -> None:
    snapshot = state.snapshot(home)
    first = opening(snapshot.info, browser_language)
    start = saved.start(home)
    filters = history.arrive(snapshot, first, start and saved.opened(start, first))
    shown = Screen(snapshot, filters, kept=st.session_state, is_dark=is_dark())
    pages = {name: page(name, partial(view.render, shown), filters.language) for name, view in VIEWS.items()}
    written = partial(history.query_of, opening=first, has_start=start is not None)
    shown.links["rows"] = lambda text, other: frame.link(pages["rows"], text, written(other))
    chosen = st.navigation(list(pages.values()), position="hidden")
    side, top, body, charts = places()
    cards = VIEWS[chosen.url_path or "overview"].cards
    shown.board.after = lambda gesture, held: after(gesture, replace(shown, filters=held), cards)
    answers.draw(cards(shown), shown)
    with charts:
        menus = [chart.menu for chart in shown.board.charts.values()]
        told = page_of(shown, chosen.url_path or "overview")
        shown.board.show(filters.language, told, ways.names(snapshot, menus, filters.language))
    with top:
        frame.masthead(snapshot.info, filters.language)
        with frame.links(pages, written(filters)):
            Bookmarks(home, filters, first).popover()
        frame.shown(snapshot, filters)
    with body:
        run(chosen, home, filters.language)
        view_button(shown, chosen.url_path or "overview")
    with side:
        sidebar(snapshot, filters)
    frame.footer(snapshot, filters.language, rebuild(home))
    shown.let_go()


def places() -> "tuple[st.delta_generator.DeltaGenerator, ...]":
    """For the sidebar, the head, the view and the board: there from the first, so that nothing moves when they fill."""
    return st.sidebar.container(), st.container(key="top"), st.container(key="view"), st.container(key="charts")


def run(chosen: "st.Page", home: Path, language: Language) -> None:
    """The view; what it cannot show is said in its place."""
    try:
        chosen.run()
    except RefusalLensError as problem:
        st.error(said(problem, language))
        if isinstance(problem, DamagedSnapshot):
            st.code(rebuild(home), language="shell")


def page(name: str, render: Callable[[], None], language: Language) -> "st.Page":
    title, icon = words.VIEWS[name]
    path = "" if name == "overview" else name
    return st.Page(
        render,
        title=title(language),
        icon=icon,
        url_path=path,
        default=not path,
    )
