"""Addresses at the edge, as a reader meets them: dates outside the log, times too fine for it, every filter there."""

import re
import shutil
from pathlib import Path

import pytest
from test_app import HOMES, english, open_view, texts

from dashboard import words
from dashboard.shell import VIEWS
from etl.catalogue.dimensions import DIMENSIONS
from etl.home import Home
from etl.snapshot import open_snapshot
from etl.words import Language

OUTSIDE = [{"since": ["9999-12-31"]}, {"until": ["0001-01-01"]}, {"since": ["2030-01-01"], "until": ["2030-02-01"]}]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", HOMES)
def test_dates_outside_the_log_are_answered_with_its_days(name: str, view: str, request: pytest.FixtureRequest) -> None:
    home: Path = request.getfixturevalue(name)
    for query, language in zip(OUTSIDE, (Language.EN, Language.ZH, Language.EN), strict=True):
        screen = open_view(home, view, language, **query)
        assert len(screen.warning) == 1
        assert words.OUTSIDE(language, days="|", log="").partition("|")[0] in screen.warning[0].value
        assert [problem.value for problem in screen.error] == []
        assert language is Language.EN or not [text for text in texts(screen) if english(text)]


def test_a_comparison_before_the_log_and_too_many_steps_are_said_at_the_top(synthetic_home: Path) -> None:
    query = {"period": ["last28"], "compare": ["last_year"], "granularity": ["hour"]}
    assert "too late for this comparison" in open_view(synthetic_home, **query).markdown[1].value


@pytest.mark.parametrize("language", Language)
def test_every_filter_is_in_the_sidebar(synthetic_home: Path, language: Language) -> None:
    """Those that have no place of their own are folded away until one of them is filtered by."""
    boxes = open_view(synthetic_home, language=language, hour=["3"]).sidebar.multiselect
    labels = [box.label for box in boxes]
    for name in ("region", "cause", "os", "partner", "city", "policy_version", "weekday", "hour"):
        assert labels.count(DIMENSIONS[name].words(language)) == 1
    hours = next(box for box in boxes if box.label == DIMENSIONS["hour"].words(language))
    assert (len(hours.options), hours.options[0]) == (24, "00:00–01:00")


def test_too_coarse_is_said_as_such(hmda_home: Path) -> None:
    screen = open_view(hmda_home, language=Language.EN, granularity=["hour"], hour=["3"])
    (said,) = [warning.value for warning in screen.warning]
    assert said.count("too coarse for") == 2
    assert "“Hours”" in said


def test_the_counts_behind_a_rate_have_nouns(synthetic_home: Path) -> None:
    captions = [caption.value for caption in open_view(synthetic_home).caption]
    assert any(re.match(r"[\d,]+ refusals ÷ [\d,]+ decided", caption) for caption in captions)


def test_a_log_without_attempts_in_the_period_is_not_said_to_lack_amounts(synthetic_home: Path) -> None:
    screen = open_view(synthetic_home, since=["2030-01-01"])
    assert "The log carries no amounts." not in [caption.value for caption in screen.caption]


def test_a_snapshot_is_opened_by_its_id_whatever_is_published_meanwhile(synthetic_home: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "copy")
    shutil.copytree(synthetic_home, home.root)
    known = str(home.current_id())
    home.current.write_text("a later one")
    assert open_snapshot(home.root, known).id == known


@pytest.mark.parametrize("view", VIEWS)
def test_headings_of_cards_stand_one_level_below_the_page(synthetic_home: Path, view: str) -> None:
    texts = [markdown.value for markdown in open_view(synthetic_home, view).markdown]
    assert {text.partition(" ")[0] for text in texts if text.startswith("#")} == {"##"}
