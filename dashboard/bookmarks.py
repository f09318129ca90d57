"""The popover of saved views. Empty until it is opened: what nobody sees would cost every click its time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from dashboard import history, saved
from dashboard.filters import Filters
from dashboard.saved import NotSaved, SavedView
from etl.words import Language, Words

VIEWS = Words(en="Saved views", zh="已存视图")
NAME = Words(en="Name for what is shown now", zh="为当前视图命名")
SAVE = Words(en="Save", zh="保存")
NONE = Words(en="None yet. A saved view keeps filters, period and counting.", zh="尚无。视图保存筛选、时段与统计口径。")
OPEN = Words(en="Open “{name}”", zh="打开“{name}”")
START = Words(en="Start with “{name}”", zh="以“{name}”作为起始视图")
STARTS = Words(en="The screen starts with “{name}”; do not", zh="当前以“{name}”起始，点击取消")
RENAME = Words(en="Rename “{name}”", zh="重命名“{name}”")
DELETE = Words(en="Delete “{name}”", zh="删除“{name}”")
NEW_NAME = Words(en="New name", zh="新名称")
_SAID, _RENAMING = "saved_said", "saved_renaming"


@dataclass(frozen=True)
class Bookmarks:
    home: Path
    filters: Filters
    opening: Filters

    @property
    def language(self) -> Language:
        return self.filters.language

    def popover(self) -> None:
        title = VIEWS(self.language)
        menu = st.popover(title, icon=":material/bookmark:", type="tertiary", key="saved", on_change="rerun")
        if menu.open:
            with menu:
                self._content()

    def _content(self) -> None:
        try:
            views = saved.read(self.home)
        except NotSaved as problem:
            st.warning(problem(self.language))
            return
        if told := st.session_state.pop(_SAID, None):
            st.warning(told(self.language))
        for place, view in enumerate(views):
            self._row(place, view)
        if not views:
            st.caption(NONE(self.language))
        query = saved.written(self.filters, self.opening)
        self._ask(NAME, SAVE, "saved_name", lambda name: saved.added(name, query))

    def _row(self, place: int, view: SavedView) -> None:
        if st.session_state.get(_RENAMING) == view.name:
            self._ask(NEW_NAME, SAVE, f"saved_rename_{place}", lambda name: saved.renamed(view.name, name), view.name)
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"saved_row_{place}"):
            self._button(view.name, OPEN, "open", place, view, lambda: self._open(view))
            star, words = ("★", STARTS) if view.is_start else ("☆", START)
            starts = saved.started(view.name, not view.is_start)
            self._button(star, words, "start", place, view, lambda: self._change(starts))
            rename = lambda: st.session_state.update({_RENAMING: view.name})  # noqa: E731
            self._button("", RENAME, "edit", place, view, rename, ":material/edit:")
            delete = saved.deleted(view.name)
            self._button("", DELETE, "delete", place, view, lambda: self._change(delete), ":material/delete:")

    def _button(
        self, text: str, words: Words, key: str, place: int, view: SavedView, act: Callable[[], None], icon: str = ""
    ) -> None:
        says = words(self.language, name=view.name)
        named = f"saved_{key}_{place}"
        st.button(_plain(text), key=named, type="tertiary", icon=icon or None, help=_plain(says), on_click=act)

    def _ask(self, label: Words, button: Words, key: str, made: Callable[[str], "saved.Made"], value: str = "") -> None:
        """A name, and the button that does something with it; Enter does too."""

        def sent() -> None:
            self._change(made(st.session_state[key]))

        with st.form(f"{key}_form", clear_on_submit=True, border=False):
            st.text_input(label(self.language), value=value, max_chars=saved.LONGEST, key=key)
            st.form_submit_button(button(self.language), on_click=sent)

    def _change(self, made: "saved.Made") -> None:
        st.session_state.pop(_RENAMING, None)
        try:
            saved.change(self.home, made)
        except NotSaved as problem:
            st.session_state[_SAID] = problem

    def _open(self, view: SavedView) -> None:
        reading = saved.opened(view, self.opening)
        asked = replace(reading.filters, language=self.language)
        history.change(lambda _: asked, reading.notices)


def _plain(text: str) -> str:
    """A name as it is: Streamlit would read it as Markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!:$~<>|" else letter for letter in text)
