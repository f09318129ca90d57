"""The rows behind a number over the wire: what is asked is sent, and what cannot be sent is said in one line."""

import http.client
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import anyio
import pytest
from browsing import serving
from starlette.requests import ClientDisconnect

from dashboard.address import read_query
from dashboard.filters import Filters
from dashboard.row_export import Streamed, address
from etl.export import file_stem
from etl.home import Home
from etl.query import Attribution, Question, Selection
from etl.row_files import csv_chunks
from etl.rows import Rows
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language

OTHER = "20200101T000000000000-00000000"
"""A snapshot that nobody published."""
SHOWN = Filters(
    where=(("cause", Selection(("policy",))), ("region", Selection(("CN-GD",), is_except=True))),
    attribution=Attribution.FRACTIONAL,
)

IN_CHINESE = Filters(language=Language.ZH)


@pytest.fixture(scope="module")
def home(synthetic_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One that may be damaged."""
    copied = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(synthetic_home, copied)
    return Home(copied)


@pytest.fixture(scope="module")
def snapshot(home: Home) -> Snapshot:
    return open_snapshot(home.root)


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[str]:
    with serving(home.root) as address:
        yield address


def _rows(snapshot: Snapshot, filters: Filters = SHOWN) -> Rows:
    return Rows(snapshot, filters.question(snapshot.info, (filters.counted,)))


def _refused(url: str) -> tuple[int, str]:
    with pytest.raises(HTTPError) as found:
        urlopen(url)
    return found.value.code, found.value.read().decode()


def test_the_address_says_what_the_page_s_address_says(snapshot: Snapshot) -> None:
    query = parse_qs(urlsplit(address(SHOWN, snapshot, is_newest_first=False)).query)

    assert (query.pop("snapshot"), query.pop("order")) == ([snapshot.id], ["oldest"])
    assert read_query(query).filters == SHOWN


@pytest.mark.parametrize("is_newest_first", [True, False])
@pytest.mark.parametrize("language", Language)
def test_the_file_holds_exactly_those_rows(
    server: str, snapshot: Snapshot, language: Language, is_newest_first: bool
) -> None:
    filters = Filters(where=SHOWN.where, attribution=SHOWN.attribution, language=language)

    with urlopen(server + address(filters, snapshot, is_newest_first=is_newest_first)) as answer:
        content = answer.read()

    rows = _rows(snapshot, filters)
    assert content == b"".join(csv_chunks(rows, language, is_newest_first=is_newest_first))
    assert content.count(b"\r\n") == rows.total + 1 > 20


def test_the_headers_say_what_it_is_and_nobody_packs_or_keeps_it(server: str, snapshot: Snapshot) -> None:
    asked = Request(server + address(SHOWN, snapshot, is_newest_first=True), headers={"accept-encoding": "br, gzip"})

    with urlopen(asked) as answer:
        headers = answer.headers

    stem = file_stem(snapshot, _rows(snapshot).question)
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["content-disposition"] == f'attachment; filename="rows_{stem}.csv"'
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-encoding"] is None


def test_asking_for_the_headers_alone_reads_no_rows(server: str, snapshot: Snapshot) -> None:
    with urlopen(Request(server + address(SHOWN, snapshot, is_newest_first=True), method="HEAD")) as answer:
        assert (answer.status, answer.read()) == (200, b"")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("", 400, "the address names no snapshot (snapshot=…); reload the page\n"),
        ("snapshot=../../etc", 400, "the address names no snapshot (snapshot=…); reload the page\n"),
        (f"snapshot={OTHER}", 410, f"snapshot {OTHER} is gone; reload the page\n"),
        ("snapshot={id}&cause=nope", 400, "The address asks for Cause “nope”, which is not known here"),
        ("snapshot={id}&regoin=CN-GD", 400, "Did you mean region"),
        ("snapshot={id}&rows=refusal", 400, "Did you mean refusals?"),
        ("snapshot={id}&since=yesterday&language=zh", 400, "网址中 起始日 的取值“yesterday”在此未知"),
        ("snapshot={id}&order=up", 400, "order"),
    ],
)
def test_nonsense_is_answered_in_one_line(server: str, snapshot: Snapshot, asked: str, status: int, said: str) -> None:
    code, text = _refused(f"{server}/export/rows.csv?{asked.format(id=snapshot.id)}")

    assert code == status
    assert said in text
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("", 400, "网址未指明快照（snapshot=…）；请刷新页面"),
        (f"snapshot={OTHER}", 410, f"快照 {OTHER} 已不存在；请刷新页面"),
        ("snapshot={id}&order=up", 400, "网址中的排序“up”在此未知，可用：oldest。"),
    ],
)
def test_an_address_in_chinese_is_refused_in_chinese(
    server: str, snapshot: Snapshot, asked: str, status: int, said: str
) -> None:
    assert _refused(f"{server}/export/rows.csv?{asked.format(id=snapshot.id)}&language=zh") == (status, f"{said}\n")


def test_nothing_found_is_a_file_of_headers(server: str, snapshot: Snapshot) -> None:
    with urlopen(f"{server}/export/rows.csv?snapshot={snapshot.id}&since=2030-01-01") as answer:
        assert answer.read().count(b"\n") == 1


def test_a_snapshot_that_was_replaced_says_so(server: str, home: Home, snapshot: Snapshot) -> None:
    shutil.copy(home.snapshot_path(snapshot.id), home.snapshot_path(OTHER))
    try:
        code, text = _refused(f"{server}/export/rows.csv?snapshot={OTHER}")
        chinese = _refused(f"{server}/export/rows.csv?snapshot={OTHER}&language=zh")
    finally:
        home.snapshot_path(OTHER).unlink()

    assert (code, text) == (409, f"snapshot {OTHER} was replaced by {snapshot.id}; reload the page\n")
    assert chinese == (409, f"快照 {OTHER} 已被 {snapshot.id} 取代；请刷新页面\n")


def test_a_part_that_is_missing_is_named_before_anything_is_sent(server: str, home: Home, snapshot: Snapshot) -> None:
    part = home.root / _rows(snapshot, Filters()).parts[-1].path
    moved = part.rename(part.with_suffix(".moved"))
    try:
        code, text = _refused(server + address(Filters(), snapshot, is_newest_first=True))
        chinese = _refused(server + address(IN_CHINESE, snapshot, is_newest_first=True))
    finally:
        moved.rename(part)

    assert code == 500
    assert text.startswith(f"{part} is missing or changed; ")
    assert text.count("\n") == 1
    assert chinese == (
        500,
        "无法读取这些行：存储或快照文件缺失或已被更改。运行 `python -m etl verify` 可查明是哪一个文件。\n",
    )


def test_a_home_that_lost_its_key_says_so_before_anything_is_sent(server: str, home: Home, snapshot: Snapshot) -> None:
    key = home.hash_key.read_bytes() if home.hash_key.exists() else None
    home.hash_key.write_bytes(b"no key")
    try:
        code, text = _refused(server + address(SHOWN, snapshot, is_newest_first=True))
        chinese = _refused(server + address(IN_CHINESE, snapshot, is_newest_first=True))
    finally:
        home.hash_key.write_bytes(key) if key else home.hash_key.unlink()

    assert code == 500
    assert text.startswith(f"{home.hash_key} is no key of 32 bytes")
    assert chinese == (500, f"掩码密钥 {home.hash_key} 无法使用，请放回主目录最初的密钥。\n")


def test_a_file_that_cannot_be_finished_does_not_look_whole(server: str, home: Home, snapshot: Snapshot) -> None:
    part = home.root / _rows(snapshot, Filters()).parts[-3].path
    whole = part.read_bytes()
    part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        with (
            urlopen(server + address(Filters(), snapshot, is_newest_first=True)) as answer,
            pytest.raises(http.client.IncompleteRead) as broken,
        ):
            answer.read()
    finally:
        part.write_bytes(whole)

    assert broken.value.partial.count(b"\n") > 1


def test_a_snapshot_without_its_store_has_no_rows_to_send(server: str, home: Home, snapshot: Snapshot) -> None:
    store = home.store.rename(home.store.with_name("elsewhere"))
    try:
        code, text = _refused(server + address(SHOWN, snapshot, is_newest_first=True))
        chinese = _refused(server + address(IN_CHINESE, snapshot, is_newest_first=True))
    finally:
        store.rename(home.store)

    assert (code, text) == (404, f"the store of {home.root} is not there, so there are no rows\n")
    assert chinese == (404, f"{home.root} 中没有存储，因此没有明细\n")


def test_a_mask_on_the_screen_is_the_mask_in_the_file(server: str, snapshot: Snapshot) -> None:
    page = _rows(snapshot).page(0, 5)

    with urlopen(server + address(SHOWN, snapshot, is_newest_first=True)) as answer:
        lines = answer.read().decode("utf-8-sig").splitlines()[1:6]

    assert [mask in line for mask, line in zip(page["applicant"], lines, strict=True)] == [True] * 5


def test_a_question_of_the_command_line_finds_the_same_rows(snapshot: Snapshot) -> None:
    period = SHOWN.period(snapshot.info)
    asked = Question(("refusals",), (), dict(SHOWN.where), period.since, period.until, SHOWN.attribution)

    assert Rows(snapshot, asked).total == _rows(snapshot).total


def test_what_a_reader_leaves_in_the_middle_is_closed() -> None:
    closed = []

    def chunks() -> Generator[bytes, None, None]:
        try:
            yield b"first"
            yield b"second"
        finally:
            closed.append(True)

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            raise OSError("the reader is gone")

    with pytest.raises(ClientDisconnect):
        anyio.run(Streamed([], chunks(), {}), {"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)

    assert closed == [True]
