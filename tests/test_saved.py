"""Saved views: a file of names and addresses in the home folder, written as a whole or not at all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from test_app import open_view

from dashboard import saved
from dashboard.filters import CUSTOM, Filters
from dashboard.history import query_of
from dashboard.saved import NotSaved, SavedView, added, change, deleted, opened, read, renamed, start, started, written
from dashboard.shell import VIEWS
from etl.query import Attribution, Selection
from etl.snapshot import Snapshot
from etl.words import Language

SOUTH = Filters(
    preset="last7", where=(("region", Selection(("CN-GD",))), ("cause", Selection(("overload", "debt"), True)))
)


LOG = """
at         | outcome  | region
2026-03-02 | approved | CN-GD
2026-03-02 | refused  | CN-SC
"""


def names(home: Path) -> list[str]:
    return [view.name for view in read(home)]


def test_a_view_comes_back_as_it_was_saved_whatever_script_its_name_is_in(tmp_path: Path) -> None:
    for name in ("South, this week", "广东 · 本周", "Südwest “7” \\ 'x' #1"):
        change(tmp_path, added(name, written(SOUTH, Filters())))
    assert names(tmp_path) == ["South, this week", "广东 · 本周", "Südwest “7” \\ 'x' #1"]
    assert [opened(view, Filters()).filters for view in read(tmp_path)] == [SOUTH] * 3


def test_a_preset_stays_relative_and_own_dates_stay_the_same() -> None:
    assert written(SOUTH, Filters()) == "period=last7&except_cause=debt&except_cause=overload&region=CN-GD"
    dates = Filters(preset=CUSTOM, since=date(2026, 11, 3), until=date(2026, 11, 9), attribution=Attribution.ANY)
    assert written(dates, Filters()) == "since=2026-11-03&until=2026-11-09&attribution=any"


def test_a_view_speaks_the_language_of_whoever_opens_it() -> None:
    query = written(Filters(language=Language.ZH, preset="last7"), Filters())
    assert query == "period=last7"
    assert opened(SavedView("x", "language=zh"), Filters()).filters.language is Language.EN


def test_at_most_one_view_is_shown_first(tmp_path: Path) -> None:
    for name in ("one", "two"):
        change(tmp_path, added(name, ""))
        change(tmp_path, started(name, is_start=True))
    assert start(tmp_path) == SavedView("two", "", is_start=True)
    change(tmp_path, started("two", is_start=False))
    assert start(tmp_path) is None


def test_a_view_is_renamed_in_its_place_and_deleted(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        change(tmp_path, added(name, ""))
    change(tmp_path, renamed("two", "ONE MORE"))
    change(tmp_path, renamed("three", "Three"))
    assert names(tmp_path) == ["one", "ONE MORE", "Three"]
    change(tmp_path, deleted("one"))
    assert names(tmp_path) == ["ONE MORE", "Three"]


@pytest.mark.parametrize("name", ["", "  \n ", "a\x00b", "a\u202eb", "x" * 81, "SOUTH", " south "])
def test_a_name_that_says_nothing_or_is_taken_is_answered_in_a_line_of_both_languages(
    tmp_path: Path, name: str
) -> None:
    change(tmp_path, added("South", ""))
    before = (tmp_path / saved.FILE).read_text("utf-8")
    with pytest.raises(NotSaved) as said:
        change(tmp_path, added(name, ""))
    assert {"\n" in said.value(language) for language in Language} == {False}
    assert (tmp_path / saved.FILE).read_text("utf-8") == before


@pytest.mark.parametrize("text", ["view = 3", "[[view]]\nname = 'x'", "[[view", "view = [1]", "\x00"])
def test_a_file_that_makes_no_sense_is_said_and_not_written_over(tmp_path: Path, text: str) -> None:
    (tmp_path / saved.FILE).write_text(text)
    with pytest.raises(NotSaved, match=r"views\.toml cannot be read"):
        change(tmp_path, added("South", ""))
    assert (tmp_path / saved.FILE).read_text() == text
    assert start(tmp_path) is None


def test_a_home_that_cannot_be_written_says_what_to_do_instead(tmp_path: Path) -> None:
    with pytest.raises(NotSaved, match="The address of the page holds the same"):
        change(tmp_path / "gone", added("South", ""))


def test_what_an_analyst_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / saved.FILE).write_text('[[view]]\nname = "South"\nquery = "region=CN-GD&nonsense=1"\nstart = true\n')
    reading = opened(read(tmp_path)[0], Filters())
    assert reading.filters == Filters(where=(("region", Selection(("CN-GD",))),))
    assert [notice.name for notice in reading.notices] == ["nonsense"]


def test_links_to_rows_say_the_period_where_an_empty_address_means_a_start_view(
    publish: Callable[..., Snapshot], home: Path
) -> None:
    publish(LOG)
    change(home, added("South", "region=CN-GD"))
    change(home, started("South", is_start=True))
    screen = open_view(home, period=["last28"])
    queries = [link.proto.query_string for link in screen.get("page_link")]
    assert len(queries) > len(VIEWS)
    assert {query for query in queries if "period=last28" not in query} == set()


def test_beside_a_start_view_the_opening_filters_say_their_period() -> None:
    assert query_of(Filters(), Filters(), has_start=False) == {}
    assert query_of(Filters(), Filters(), has_start=True) == {"period": ["last28"]}


@pytest.mark.parametrize(
    ("more", "named"),
    [('"the\\nowner" = "risk"\n', "the owner"), ('note = "for Monday"\n[team]\nname = "x"\n', "note, team")],
    ids=["of a view", "of a view and of the file"],
)
def test_a_file_with_keys_that_nobody_here_knows_is_read_and_not_written_over(
    tmp_path: Path, more: str, named: str
) -> None:
    text = f'[[view]]\nname = "South"\nquery = "region=CN-GD"\n{more}'
    (tmp_path / saved.FILE).write_text(text)

    assert names(tmp_path) == ["South"]
    for made in (added("North", ""), deleted("South"), started("South", is_start=True)):
        with pytest.raises(NotSaved) as refused:
            change(tmp_path, made)
        assert refused.value(Language.EN) == (
            f"views.toml has keys that would be lost: {named} (known: name, query, start of each view); "
            "remove them, then save again."
        )
        assert refused.value(Language.ZH) == (
            f"views.toml 含有未知的键，保存会将其丢失：{named}（每个视图可用：name、query、start）；请删除后重试。"
        )
    assert (tmp_path / saved.FILE).read_text() == text


def test_the_file_itself_says_that_comments_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / saved.FILE).write_text('# mine\n[[view]]\nname = "South"\nquery = ""\n')
    change(tmp_path, added("North", ""))

    written_by_us = (tmp_path / saved.FILE).read_text("utf-8")
    assert "# mine" not in written_by_us
    assert "comments of your own are not kept" in written_by_us.splitlines()[1]
