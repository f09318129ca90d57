"""The board: the one component that draws all charts of a view. Its other half is in `browser/`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache, partial
from hashlib import blake2b
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from dashboard import history, locales
from dashboard.bundle import CHARTS, PLOTLY
from dashboard.clicks import Change
from dashboard.filters import Filters
from dashboard.sketch import Sketch
from dashboard.ways import Menu, Way
from etl.words import Language

PRODUCT, COMPONENT, KEY = "refusal-lens", "board", "board"
NAME = f"{PRODUCT}.{COMPONENT}"
ASSETS = "browser"

OnClick: TypeAlias = Callable[[tuple[str, ...]], Change]
"""What a click does, by the custom data of its mark."""
OnMenu: TypeAlias = Callable[[tuple[str, ...], Way, int], Change]
"""What an item of a mark's menu does: which way, and for which of its values."""
OnBrush: TypeAlias = Callable[[date, date], Change]
"""What a brush does, by the first and the last day under it."""


@dataclass(frozen=True)
class Chart:
    """A figure, what a screen reader says of it, and what gestures on it do."""

    figure: Sketch
    alt: str
    file: str
    """What a picture of it is called, without the ending."""
    save: str
    """What its buttons say, before the name of a format."""
    menu: Menu = field(default_factory=Menu)
    on_click: OnClick | None = None
    on_menu: OnMenu | None = None
    on_brush: OnBrush | None = None

    @property
    def message(self) -> bytes:
        """For the browser: a JSON object."""
        figure = self.figure.json()
        digest = blake2b(figure, digest_size=8).hexdigest()
        about = {
            "alt": self.alt,
            "file": self.file,
            "save": self.save,
            "digest": digest,
            "clicks": self.on_click is not None,
            "brushes": self.on_brush is not None,
            **asdict(self.menu),
        }
        return json.dumps(about)[:-1].encode() + b',"figure":' + figure + b"}"


@dataclass
class Board:
    """Collects the charts of one run, to be handed to the browser in one message."""

    charts: dict[str, Chart] = field(default_factory=dict)
    after: Callable[[Mapping[str, Any], Filters], Filters] | None = None
    """What filters become by a gesture."""

    def add(self, id: str, chart: Chart) -> None:
        self.charts[id] = chart

    def place(self, id: str) -> None:
        """Keep a place on the page for a chart, as high as it is also before Streamlit's script for HTML has come."""
        height = self.charts[id].figure.height
        with st.container(height=height, border=False, key=f"place_{id}"):
            st.html(f'<div data-chart="{escape(id)}" style="height: {height}px"></div>')

    def show(self, language: Language, page: Mapping[str, Any], spoken: Mapping[str, Any]) -> None:
        """Hand over every chart; gestures come back before the next run, each of them once.

        `page` is what the browser says of itself when it asks for the charts after a gesture (`ahead`), `spoken` what
        the menus at marks say (`ways`).
        """
        _mounted()(key=KEY, data=self.message(language, page, spoken), on_gestures_change=self._heard, height=1)

    def message(self, language: Language, page: Mapping[str, Any], spoken: Mapping[str, Any]) -> bytes:
        """All charts in one JSON object, and what the browser needs to know beside them."""
        about = {
            "answered": history.answered(),
            "language": locales.tag(language),
            "locale": locales.plotly_locale(language),
            "plotly": PLOTLY,
            "spoken": spoken,
            "page": {"address": CHARTS, **page},
        }
        return json.dumps(about)[:-1].encode() + b',"charts":' + named(self.charts) + b"}"

    def _heard(self) -> None:
        sent = st.session_state[KEY].get("gestures") or {}
        for gesture in sent.get("gestures", ()):
            history.once(gesture["number"], partial(self._act, gesture))

    def _act(self, gesture: dict[str, Any]) -> None:
        if self.after:
            history.change(partial(self.after, gesture))


def named(charts: Mapping[str, Chart]) -> bytes:
    """The charts, by their id, as a JSON object."""
    return b"{" + b",".join(b'"%s":%s' % (id.encode(), chart.message) for id, chart in charts.items()) + b"}"


def meant(
    gesture: Mapping[str, Any], on_click: OnClick | None, on_menu: OnMenu | None, on_brush: OnBrush | None
) -> Change | None:
    """What a gesture on a chart does to the filters; None where the chart knows no such gesture."""
    if on_menu and "way" in gesture:
        return on_menu(tuple(gesture["mark"]), Way(gesture["way"]), int(gesture["place"]))
    if on_click and "mark" in gesture:
        return on_click(tuple(gesture["mark"]))
    if on_brush and "days" in gesture:
        return on_brush(*map(date.fromisoformat, gesture["days"]))
    return None


def is_dark() -> bool:
    """Whether the reader's page is dark, as it said with its last gesture."""
    return st.context.theme.type == "dark"


def _mounted() -> ComponentRenderer:
    """The component, known to whichever server runs: the package needs no installation to be found."""
    manager = get_bidi_component_manager()
    if manager.get(NAME) is None:
        manifest = ComponentManifest(PRODUCT, "1", [ComponentConfig(COMPONENT, ASSETS)])
        manager.register_from_manifest(manifest, Path(__file__).parent)
    return _component()


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(NAME, js="board.js", isolate_styles=False)
