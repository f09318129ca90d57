"""What the reader is told above the numbers: new data under an open screen, an address that is not understood."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from test_app import open_view, rerun

from dashboard import formats
from dashboard.history import NEWER
from etl.snapshot import Snapshot
from etl.words import Language

MONDAY = """
at         | outcome
2026-03-02 | approved
2026-03-02 | refused
"""
TUESDAY = """
at         | outcome
2026-03-03 | refused
"""


def told(screen: AppTest) -> list[str]:
    return [warning.value for warning in screen.warning]


@pytest.mark.parametrize("language", Language)
def test_new_data_under_an_open_screen_is_shown_and_told_until_it_is_dismissed(
    publish: Callable[..., Snapshot], home: Path, language: Language
) -> None:
    publish(MONDAY)
    screen = open_view(home, language=language)
    assert told(screen) == []
    newer = publish(TUESDAY)
    published = formats.moment(newer.info.published_at, language)
    assert told(rerun(screen, home)) == [NEWER(language, moment=published)]
    screen.button("dismiss").click()
    assert told(rerun(screen, home)) == []


def test_a_notice_goes_when_it_is_dismissed(publish: Callable[..., Snapshot], home: Path) -> None:
    publish(MONDAY)
    screen = open_view(home, planet=["mars"], outcome=["x"])
    assert len(told(screen)) == 1
    screen.button("dismiss").click()
    assert told(rerun(screen, home)) == []
