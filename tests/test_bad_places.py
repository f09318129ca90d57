"""Sources that are wrong as a whole, by their numbers in the catalogue of bad inputs: not what they are called, damaged
on the way, no files at all, loaded before, still being written; and what is large enough to be taken in pieces."""

import gzip
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_bad_files import GOOD, HEAD, ONE, TWO, added, is_refused, quarantined

from etl import sources, unpacking
from etl.duck import workbench
from etl.errors import UnreadableInput
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.sources import batches, find_sources, land

CONTRACT = load_profile("contract")


def _zip(content: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as file:
        file.writestr("log.csv", content)
    return target.getvalue()


def _parquet(rows: int = 2, **options: object) -> bytes:
    target = BytesIO()
    ids = [str(number) for number in range(rows)]
    columns = {"attempt_id": ids, "attempted_at": ["2026-10-05"] * rows, "outcome": ["refused"] * rows}
    pq.write_table(pa.table(columns), target, **options)
    return target.getvalue()


def _flipped(content: bytes) -> bytes:
    """Damaged in the middle, as a disk does it: neither its size nor its ends change."""
    middle = len(content) // 4
    return content[:middle] + bytes(byte ^ 0xFF for byte in content[middle : middle + 64]) + content[middle + 64 :]


OTHER_KINDS = [
    (40, "a login page", "log.csv", b"<!DOCTYPE html>\n<html><body>Log in</body></html>\n", "is a web page"),
    (40, "JSON", "log.csv", b'{"attempt_id": "1"}\n', "is JSON, not a table"),
    (40, "one list of JSON", "log.jsonl", b'[{"attempt_id": "1"},\n{"attempt_id": "2"}]\n', "is one JSON list"),
    (40, "a workbook", "log.csv", _zip(GOOD), "is a zip file or an Excel workbook"),
    (40, "an old workbook", "log.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Excel workbook"),
    (40, "Parquet", "log.csv", _parquet(), "is a Parquet file"),
    (40, "random bytes", "log.csv", bytes(number * number * 7 % 251 for number in range(9_999)), "is not text"),
    (40, "a program packed", "log.csv.gz", gzip.compress(b"\x7fELF" + bytes(range(256)) * 40, mtime=0), "is not text"),
    (41, "gzip", "log.csv", gzip.compress(GOOD.encode(), mtime=0), "is a gzip file"),
    (41, "gzip cut off", "log.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-9], "cannot be read"),
    (41, "gzip of gzip", "log.csv.gz", gzip.compress(gzip.compress(GOOD.encode(), mtime=0), mtime=0), "is a gzip file"),
    (41, "not packed", "log.csv.gz", GOOD.encode(), "it is not a gzip file"),
    (42, "Parquet cut off", "log.parquet", _parquet(9_999)[:-9], "was cut off"),
    (42, "Parquet damaged", "log.parquet", _flipped(_parquet(99_999, compression="zstd")), "cannot be read"),
    (42, "text", "log.parquet", GOOD.encode(), "is no Parquet file"),
]


@pytest.mark.parametrize(("number", "what", "name", "content", "message"), OTHER_KINDS)
def test_a_file_of_another_kind_is_refused_by_what_it_is(
    home: Path, tmp_path: Path, number: int, what: str, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    is_refused(home, message, tmp_path / name)


def test_a_refusal_leaves_what_is_live_as_it_is(home: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "a.csv", tmp_path / "b.csv"
    good.write_text(GOOD, encoding="utf-8")
    added(home, good)
    good.write_text(GOOD + ONE.replace("1", "3", 1), encoding="utf-8")
    bad.write_bytes(_zip(GOOD))

    is_refused(home, "is a zip file", good, bad)


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1_000_000)
    bomb = tmp_path / "log.csv.gz"
    bomb.write_bytes(gzip.compress((HEAD + ONE * 200_000).encode()))

    is_refused(home, "unpacks to more than 100 times", bomb)


# ------------------------------------------------------------------------------------------- places


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _linked_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _dead_link(path: Path) -> None:
    path.symlink_to("nowhere.csv")


PLACES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (_pipe, "it is a pipe"),
    "a link to a device": (_linked_device, "it is a device"),
    "a link to nothing": (_dead_link, "No such file"),
    "a folder": (Path.mkdir, "Is a directory"),
}


@pytest.mark.parametrize(("make", "message"), PLACES.values(), ids=PLACES.keys())
def test_45_what_is_no_file_is_refused_and_nobody_waits(
    home: Path, tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    make(folder / "log.csv")

    is_refused(home, message, folder)


def test_45_a_link_to_a_file_is_that_file(home: Path, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "log.csv")

    assert added(home, tmp_path / "link.csv").loaded == 2


def test_a_pattern_names_the_files_that_it_fits(home: Path, tmp_path: Path) -> None:
    for name, row in (("a-1.csv", ONE), ("a-2.csv", TWO), ("b-1.csv", ONE.replace("1", "9", 1))):
        (tmp_path / name).write_text(HEAD + row, encoding="utf-8")
    load = added(home, f"{tmp_path}/a-*.csv")

    assert [file.name for file in load.files] == ["a-1.csv", "a-2.csv"]
    is_refused(home, "no file has such a name", f"{tmp_path}/c-*.csv")


# ------------------------------------------------------------------------------------------- again, late, meanwhile


def test_38_the_same_file_is_loaded_once_and_the_same_rows_are_duplicates(home: Path, tmp_path: Path) -> None:
    for name, content in (("a.csv", GOOD), ("b.csv", GOOD), ("c.csv", GOOD + "\n")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    load = added(home, tmp_path)

    assert (load.loaded, load.duplicates, len(load.files)) == (2, 2, 2)
    assert add_files(Home(home), [tmp_path], CONTRACT, lambda *_: None).load is None


def test_39_a_late_file_joins_the_days_that_are_there(home: Path, tmp_path: Path) -> None:
    for name, row in (("new.csv", TWO), ("late.csv", ONE), ("same day.csv", TWO.replace("2", "3", 1))):
        (tmp_path / name).write_text(HEAD + row, encoding="utf-8")

    assert [added(home, tmp_path / name).loaded for name in ("new.csv", "late.csv", "same day.csv")] == [1, 1, 1]


@pytest.mark.parametrize("name", ["log.csv", "log.parquet"])
def test_46_a_file_that_somebody_writes_to_is_refused(home: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(_parquet() if name.endswith("parquet") else GOOD.encode())

    def write_meanwhile(*_: int) -> None:
        with path.open("ab") as file:
            file.write(b"3,2026-10-05,refused,\n")

    with pytest.raises(UnreadableInput, match=r"changed while it was read|cannot be read"):
        add_files(Home(home), [path], CONTRACT, write_meanwhile)
    assert Home(home).current_id() is None


def test_42_a_file_that_is_not_what_its_notes_promise_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(GOOD, encoding="utf-8")
    notes = '{"days": [{"file": "log.csv", "sha256": "0123"}]}'
    (tmp_path / "manifest.json").write_text(notes, encoding="utf-8")

    is_refused(home, "is not the file that manifest.json beside it describes", tmp_path / "log.csv")


# ------------------------------------------------------------------------------------------- tables, pieces


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "lender.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("create table tries as select range as attempt_id, date '2026-10-05' as attempted_at,"
                           " if(range = 3, 'maybe', 'refused') as outcome from range(10)")  # fmt: skip
        connection.execute("create view seen as from tries where outcome = 'refused'")
        connection.execute('create schema "the lender\'s"; create table "the lender\'s"."try 2" as from tries')
    return path


@pytest.mark.parametrize(
    ("table", "loaded", "kept_out"), [("tries", 9, [4]), ("seen", 9, []), ("the lender's.try 2", 9, [4])]
)
def test_a_table_of_a_database_loads_like_a_file(
    home: Path, database: Path, table: str, loaded: int, kept_out: list[int]
) -> None:
    before = database.read_bytes()
    load = added(home, f"{database}::{table}")

    assert (load.loaded, load.files[0].name) == (loaded, f"lender.duckdb::{table}")
    assert quarantined(home)["source_row"].tolist() == kept_out
    assert database.read_bytes() == before


def test_a_table_that_is_not_there_is_one_line_with_those_that_are(home: Path, database: Path) -> None:
    is_refused(home, "did you mean tries?", f"{database}::trees")
    is_refused(home, "say which table", str(database))


def test_large_sources_come_in_parts_that_are_together_the_whole(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PIECE_BYTES", 2_000_000)
    monkeypatch.setattr(sources, "ROWS_AT_ONCE", 4)
    lines = [f'{number},2026-10-05,refused,"广\n州 {number}"\n' for number in range(100_000)]
    (tmp_path / "log.csv").write_text(HEAD + "".join([*lines[:70_000], "short\n", *lines[70_000:]]), encoding="utf-8")
    json_lines = (
        f'{{"attempt_id": "{n}", "attempted_at": "2026-10-05", "outcome": "refused"}}\n' for n in range(50_000)
    )
    (tmp_path / "log.jsonl").write_text("".join(json_lines), encoding="utf-8")
    (tmp_path / "log.parquet").write_bytes(_parquet(30_000))

    assert _landed(tmp_path / "log.csv") == (100_000, 200_001, [140_002], 3)
    assert _landed(tmp_path / "log.jsonl") == (50_000, 50_000, [], 2)
    assert _landed(tmp_path / "log.parquet", largest=50_000) == (30_000, 30_000, [], 4)
    assert _landed(f"{database}::tries") == (10, 10, [], 3)


def _landed(path: Path | str, largest: int = 12_000_000) -> tuple[int, int, list[int], int]:
    """Of all batches together: the rows, the last row's place, the places of malformed lines, how many there were."""
    places: list[int] = []
    malformed: list[int] = []
    batches_taken = 0
    for batch in batches(find_sources([path]), largest, profile=CONTRACT):
        batches_taken += 1
        with workbench(Path(str(path)).parent) as connection:
            land(connection, batch, CONTRACT)
            places += [row for (row,) in connection.view("source").select("__row").fetchall()]
            malformed += [row for (row,) in connection.table("malformed").select("source_row").fetchall()]
    assert len(set(places)) == len(places)
    return len(places), max(places), malformed, batches_taken


def test_a_plain_file_and_the_same_file_written_anew_are_the_same_rows(tmp_path: Path) -> None:
    content = HEAD + "".join(f'{n},2026-10-05,refused, "x ""{n}"" , y" \n{n}b,,,\n' for n in range(2_000))
    plain, mended = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_text(content, encoding="utf-8")
    mended.write_text(content + "\n\0", encoding="utf-8")
    frames = []
    for path in (plain, mended):
        with workbench(tmp_path) as connection:
            land(connection, find_sources([path]), CONTRACT)
            frames.append(connection.view("source").df().drop(columns=["__file", "__hash"]))

    pd.testing.assert_frame_equal(frames[0], frames[1])
