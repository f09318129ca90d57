"""Log files as they come: whatever their columns and paths are called, and whatever broke them on the way."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from etl.errors import UnreadableInput
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.query import Attribution, Question, ask
from etl.snapshot import Snapshot, open_snapshot

Load = Callable[[Path], Snapshot]

HEAD = "attempt_id,attempted_at,outcome"
ROW = "a,2026-10-05,refused"


@pytest.fixture
def load(home: Path) -> Load:
    def load_one(path: Path) -> Snapshot:
        add_files(Home(home), [path], load_profile("contract"), lambda *_: None)
        return open_snapshot(home)

    return load_one


def _csv(folder: Path, content: str, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def _loaded(snapshot: Snapshot) -> tuple[int, int]:
    rows = snapshot.reconciliation()
    return rows.loaded, rows.quarantined


# ------------------------------------------------------------------------------------------- names of columns


@pytest.mark.parametrize("name", ["source_row", "source_file", "source_hash", "source", "amount_unit", "filename"])
def test_a_column_of_a_file_never_passes_for_one_of_ours(load: Load, home: Path, tmp_path: Path, name: str) -> None:
    snapshot = load(_csv(tmp_path, f"{HEAD},{name}\n{ROW},7\nb,2026-10-05,whatever,7\n"))
    [kept_out] = (home / "store" / "quarantine").glob("*.parquet")
    row = pd.read_parquet(kept_out).iloc[0]

    assert _loaded(snapshot) == (1, 1)
    assert (row["source_file"], row["source_row"]) == ("log.csv", 3)
    assert json.loads(row["raw"]) == {
        "attempt_id": "b",
        "attempted_at": "2026-10-05",
        "outcome": "whatever",
        name: "7",
    }


def test_a_row_position_is_the_row_whatever_the_file_calls_its_columns(home: Path, tmp_path: Path) -> None:
    profile = _csv(
        tmp_path,
        'profile = "mine"\nen = "Mine"\nzh = "我的"\ncolumns.attempt_id.row_position = true\n'
        'columns.attempted_at.column = "t"\ncolumns.outcome.constant = "refused"\n',
        "mine.toml",
    )
    file = _csv(tmp_path, "t,source_row\n2026-10-05,7\n2026-10-05,7\n")
    add_files(Home(home), [file], load_profile(str(profile)), lambda *_: None)

    assert _loaded(open_snapshot(home)) == (2, 0)


@pytest.mark.parametrize("name", ["__row", "__file", "__HASH"])
def test_a_name_kept_for_our_own_use_is_refused(load: Load, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput, match=rf"^log\.csv: the column {name} has a name that is kept"):
        load(_csv(tmp_path, f"{HEAD},{name}\n{ROW},7\n"))

    parquet = tmp_path / "log.parquet"
    pd.DataFrame({"attempt_id": ["a"], "attempted_at": ["2026-10-05"], "outcome": ["refused"], name: [1]}).to_parquet(
        parquet
    )
    with pytest.raises(UnreadableInput, match=rf"^log\.parquet: the column {name} has a name that is kept"):
        load(parquet)


def test_columns_that_differ_only_in_case_are_named(load: Load, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"^log\.csv: the columns attempt_id, Attempt_ID differ only in case"):
        load(_csv(tmp_path, f"attempt_id,Attempt_ID,attempted_at,outcome\na,{ROW}\n"))


# ------------------------------------------------------------------------------------------- broken files

BAD_HEADERS = {
    "a name too long for a name": "x" * 200_000,
    "a line too long for names": f"{HEAD}," + ",".join(f"column{number}" for number in range(90_000)),
    "a quote that never ends": f'{HEAD},"city',
    "a name over two lines": f'{HEAD},"a\nb"',
}


@pytest.mark.parametrize("header", BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_a_first_line_that_names_no_columns_is_one_line(load: Load, tmp_path: Path, header: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(f"{header}\n{ROW}\n".encode())
    with pytest.raises(UnreadableInput, match=r"^log\.csv[^\n]*$"):
        load(path)


@pytest.mark.parametrize("damage", ["header", "middle", "end"])
def test_a_damaged_gzip_is_one_line(load: Load, tmp_path: Path, damage: str) -> None:
    packed = gzip.compress("".join([f"{HEAD}\n", *(f"{n},2026-10-05,refused\n" for n in range(50_000))]).encode())
    place = {"header": 12, "middle": len(packed) // 2, "end": len(packed) - 20}[damage]
    path = tmp_path / "log.csv.gz"
    path.write_bytes(packed[:place] if damage == "end" else packed[:place] + b"\xff" * 64 + packed[place + 64 :])
    with pytest.raises(UnreadableInput, match=r"^log\.csv\.gz cannot be read: [^\n]*$"):
        load(path)


@pytest.mark.parametrize("place", [0, 10_000, 19_999])
def test_a_byte_of_another_encoding_keeps_out_its_own_line_wherever_it_stands(
    load: Load, tmp_path: Path, place: int
) -> None:
    lines = [f"{number},2026-10-05,refused,x".encode() for number in range(20_000)]
    lines[place] = b"strange,2026-10-05,refused,\xff"
    path = tmp_path / "log.csv"
    path.write_bytes(b"\n".join([f"{HEAD},city".encode(), *lines, b""]))

    assert _loaded(load(path)) == (19_999, 1)


def test_a_file_that_cannot_be_opened_is_one_line(load: Load, tmp_path: Path) -> None:
    (tmp_path / "logs" / "folder.csv").mkdir(parents=True)
    with pytest.raises(UnreadableInput, match=r"folder\.csv cannot be read: Is a directory$"):
        load(tmp_path / "logs")


# ------------------------------------------------------------------------------------------- names of files


@pytest.mark.parametrize(("named", "beside"), [("log[1]", "log1"), ("lo*g", "loong"), ("lo?g", "loog")])
def test_a_path_is_no_pattern(load: Load, tmp_path: Path, named: str, beside: str) -> None:
    _csv(tmp_path, f"{HEAD}\n{ROW}\nb,2026-10-05,refused\n", f"{beside}.csv")
    assert _loaded(load(_csv(tmp_path, f"{HEAD}\n{ROW}\n", f"{named}.csv"))) == (1, 0)


def test_a_path_of_a_parquet_file_is_no_pattern(load: Load, tmp_path: Path) -> None:
    for name, ids in (("log1", ["a", "b"]), ("log[1]", ["c"])):
        row = {"attempt_id": ids, "attempted_at": "2026-10-05", "outcome": "refused"}
        pd.DataFrame(row).to_parquet(tmp_path / f"{name}.parquet")

    assert _loaded(load(tmp_path / "log[1].parquet")) == (1, 0)


# ------------------------------------------------------------------------------------------- JSON lines, packed files


JSON_ROWS = [
    {"attempt_id": "a", "attempted_at": "2026-10-05T09:00:00Z", "outcome": "refused", "reason_codes": "U101|P301"},
    {"outcome": "approved", "attempt_id": "b", "attempted_at": "2026-10-05T10:00:00Z", "amount_requested": 200},
    {"attempt_id": "c", "attempted_at": "2026-10-06T10:00:00Z", "outcome": "withdrawn", "city": "深圳, “市”", "x": [1]},
]


def _json_lines(rows: list[dict[str, object]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.mark.parametrize("ending", ["jsonl", "ndjson", "jsonl.gz", "jsonl.zst"])
def test_json_lines_load_by_their_keys_in_any_order(load: Load, tmp_path: Path, ending: str) -> None:
    path = _packed(tmp_path / f"log.{ending}", _json_lines(JSON_ROWS))
    snapshot = load(path)
    amounts = ask(snapshot, Question(("attempts", "amount_requested"), ("city",)))

    assert _loaded(snapshot) == (3, 0)
    assert amounts.set_index("city")["amount_requested"].dropna().to_dict() == {"unknown": 200.0}
    assert "深圳, “市”" in set(amounts["city"])
    assert set(ask(snapshot, Question(("refusals",), ("reason",), attribution=Attribution.ANY))["reason"]) == {
        "U101",
        "P301",
    }


def test_a_line_that_is_no_json_object_is_kept_out_with_its_number(load: Load, home: Path, tmp_path: Path) -> None:
    lines = ["not json", "[1, 2]", '{"attempt_id": ', '"text"', ""]
    content = "\n".join([json.dumps(JSON_ROWS[0]), *lines, json.dumps(JSON_ROWS[1])]) + "\n"
    snapshot = load(_csv(tmp_path, content, "log.jsonl"))
    [kept_out] = (home / "store" / "quarantine").glob("*.parquet")
    rows = pd.read_parquet(kept_out).sort_values("source_row")

    assert _loaded(snapshot) == (2, 4)
    assert rows["raw"].tolist() == lines[:4]
    assert rows["source_row"].tolist() == [2, 3, 4, 5]
    assert {tuple(rules) for rules in rows["rules_broken"].str.split("|")} == {("malformed_line",)}


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "csv.zst", "tsv", "tsv.zst"])
def test_a_packed_table_is_the_same_table(load: Load, tmp_path: Path, ending: str) -> None:
    content = f"{HEAD}\n{ROW}\nb,2026-10-05,approved\n"
    snapshot = load(_packed(tmp_path / f"log.{ending}", content.replace(",", "\t") if "tsv" in ending else content))

    assert _loaded(snapshot) == (2, 0)


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "jsonl.gz", "jsonl.zst"])
def test_a_packed_file_that_was_cut_off_is_refused(load: Load, tmp_path: Path, ending: str) -> None:
    content = _json_lines(JSON_ROWS) if "json" in ending else f"{HEAD}\n{ROW}\n"
    path = _packed(tmp_path / f"log.{ending}", content * 50)
    path.write_bytes(path.read_bytes()[:-6])

    with pytest.raises(UnreadableInput, match=f"log.{ending} cannot be read"):
        load(path)


def _packed(path: Path, content: str) -> Path:
    kind = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    with pa.output_stream(path, compression=kind) as file:
        file.write(content.encode())
    return path
