"""The rows behind a number as CSV: the rows of the screen, guarded and labelled as every other file, made in pieces."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.errors import DamagedSnapshot
from etl.export import neutralised
from etl.query import Attribution, Question, Selection
from etl.row_files import csv_chunks, likely_bytes
from etl.rows import Rows
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language

Publish = Callable[..., Snapshot]
Etl = Callable[..., tuple[int, str, str]]

LOG = """
at               | outcome  | region | city   | reasons   | amount | currency | shown_message
2026-10-05 09:00 | refused  | CN-GD  | =1+1   | U201 P301 | 100    | CNY      | "no", he said
2026-10-06 09:00 | refused  | CN-SH  | ＠here | P301      |        | CNY      | 暂不可用
2026-10-06 10:00 | approved | CN-SH  | 上海   |           | 5.5    | CNY      |
"""
LOAD = {"cause": Selection(("overload",))}


def _read(rows: Rows, language: Language = Language.EN) -> list[dict[str, str]]:
    content = b"".join(csv_chunks(rows, language))
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_is_utf8_with_a_mark_crlf_and_machine_headers(publish: Publish) -> None:
    content = b"".join(csv_chunks(Rows(publish(LOG), Question(("attempts",))), Language.EN))

    assert content.startswith(b"\xef\xbb\xbfattempted_at,zone,outcome,outcome_label,reasons,reasons_label,causes,")
    assert content.count(b"\r\n") == content.count(b"\n") == 4


def test_the_rows_of_the_file_are_the_rows_of_the_screen(publish: Publish) -> None:
    rows = Rows(publish(LOG), Question(("refusals",), where=LOAD, attribution=Attribution.FRACTIONAL))
    page = rows.page(0, 100)

    read = _read(rows)

    assert [line["attempt"] for line in read] == page["attempt"].tolist()
    assert [line["weight"] for line in read] == ["1", "0.5"]
    assert [line["amount_requested"] for line in read] == ["", "100.00"]


def test_labels_are_in_the_reader_s_language(publish: Publish) -> None:
    rows = Rows(publish(LOG), Question(("refusals",)))

    english, chinese = _read(rows)[1], _read(rows, Language.ZH)[1]

    assert (english["region"], english["region_label"], chinese["region_label"]) == ("CN-GD", "Guangdong", "广东")
    assert (english["causes"], chinese["causes_label"]) == ("behaviour|overload", "行为异常|系统过载")


def test_what_a_spreadsheet_would_run_is_guarded(publish: Publish) -> None:
    read = _read(Rows(publish(LOG), Question(("attempts",))))

    assert [line["city"] for line in read] == ["上海", "'＠here", "'=1+1"]
    assert [line["city_label"] for line in read] == ["上海", "'＠here", "'=1+1"]
    assert all(text == neutralised(text) for line in read for text in line.values())


def test_quotes_and_commas_come_back_as_they_were(publish: Publish) -> None:
    read = _read(Rows(publish(LOG), Question(("attempts",))))

    assert [line["shown_message"] for line in read] == ["", "暂不可用", '"no", he said']


def test_nothing_found_is_a_file_of_headers(publish: Publish) -> None:
    rows = Rows(publish(LOG), Question(("withdrawn",)))

    assert (rows.total, _read(rows)) == (0, [])


def test_the_size_is_told_before(synthetic_home: Path) -> None:
    rows = Rows(open_snapshot(synthetic_home), Question(("refusals",)))

    size = len(b"".join(csv_chunks(rows, Language.EN)))

    assert likely_bytes(rows, rows.page(0, 100), Language.EN) == pytest.approx(size, rel=0.1)


def test_a_part_that_is_missing_breaks_the_file_off_with_its_name(publish: Publish) -> None:
    rows = Rows(publish(LOG), Question(("attempts",)))
    first = rows.home.root / rows.parts[0].path
    first.unlink()
    chunks = csv_chunks(rows, Language.EN)

    assert [len(next(chunks)) > 0 for _ in ("headers", "the sixth of October")] == [True, True]
    with pytest.raises(DamagedSnapshot, match=first.name):
        next(chunks)


# ------------------------------------------------------------------------------------------- python -m etl rows


@pytest.fixture
def loaded(publish: Publish, home: Path) -> Path:
    publish(LOG)
    return home


def test_the_command_prints_some_and_says_how_many_there_are(loaded: Path, etl: Etl) -> None:
    code, out, err = etl("rows", "--home", loaded, "--limit", 1)

    assert code == 0
    assert "2026-10-06 09:00:00" in out
    assert "2026-10-05" not in out
    assert "1 of 2. All of them and every column: --csv FILE" in err


def test_the_command_says_what_the_rows_count_as_under_a_cause(loaded: Path, etl: Etl) -> None:
    code, _, err = etl("rows", "--home", loaded, "--where", "cause=overload", "--attribution", "fractional")

    assert code == 0
    assert "2 of 2, counting as 1.5." in err


def test_the_command_takes_a_rate_for_its_numerator(loaded: Path, etl: Etl) -> None:
    assert "1 of 1." in etl("rows", "--home", loaded, "--metric", "approval_rate")[2]


def test_the_command_writes_all_of_them(loaded: Path, etl: Etl, tmp_path: Path) -> None:
    out = tmp_path / "refusals.csv"

    assert etl("rows", "--home", loaded, "--csv", out)[0] == 0
    assert etl("rows", "--home", loaded, "--csv", "-")[1].encode() == out.read_bytes()


def test_a_file_that_was_not_finished_is_not_left_there(loaded: Path, etl: Etl, tmp_path: Path) -> None:
    rows = Rows(open_snapshot(loaded), Question(("attempts",)))
    (loaded / rows.parts[0].path).unlink()
    out = tmp_path / "out" / "rows.csv"
    out.parent.mkdir()

    code, _, err = etl("rows", "--home", loaded, "--csv", out)

    assert code == 2
    assert err.startswith("error: ")
    assert "is missing or changed" in err
    assert list(out.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--metric", "refusal_rat"), "unknown metric 'refusal_rat'"),
        (("--where", "cause=overlode"), "unknown cause 'overlode'; did you mean overload, overdue?"),
        (("--since", "2027-01-01"), "the log covers 2026-10-05 to 2026-10-06"),
        (("--csv", "nowhere/rows.csv"), "--csv nowhere/rows.csv cannot be written: No such file or directory"),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], said: str, loaded: Path, etl: Etl) -> None:
    code, _, err = etl("rows", "--home", loaded, *words)

    assert code == 2
    assert said in err
    assert len(err.splitlines()) == 1
