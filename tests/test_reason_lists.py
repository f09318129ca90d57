"""Logs that hold the reasons of an attempt as a list: of a type of its own, or JSON in a cell of text."""

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile

PROFILE = """
profile = "mine"
en = "Mine"
zh = "我的"
columns.attempt_id.column = "attempt_id"
columns.attempted_at.column = "attempted_at"
columns.outcome.column = "outcome"
columns.reason_codes = {{ column = "reason_codes", {rule} }}
"""
CODE_LIST = """
scheme = "acme"
en = "Acme"
zh = "甲"
[reasons.A1]
cause = "debt"
en = "Debts"
zh = "负债"
aliases = ["debts"]
"""
LISTS: list[list[str | None]] = [["overload", "network"], ["debts"], [None, "B2"], ["overload", None, ""], [], [None]]
ENDINGS = ("csv", "jsonl", "parquet", "duckdb")


def _log(folder: Path, lists: list[list[str | None]], ending: str) -> str:
    """A log with one row for each list of reasons; the name of its product is a list as well."""
    path = folder / f"log.{ending}"
    rows = [
        {
            "attempt_id": f"{number}",
            "attempted_at": f"2026-10-05T12:00:{number:02}Z",
            "outcome": "refused" if any(listed) else "approved",
            "reason_codes": listed,
            "product": ["car", "loan"],
        }
        for number, listed in enumerate(lists)
    ]
    frame = pd.DataFrame(rows)
    if ending == "csv":
        frame.map(lambda cell: json.dumps(cell) if isinstance(cell, list) else cell).to_csv(path, index=False)
    elif ending == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif ending == "parquet":
        frame.to_parquet(path)
    else:
        with duckdb.connect(str(path)) as connection:
            connection.from_df(frame).create("attempts")
        return f"{path}::attempts"
    return str(path)


def _stored(folder: Path, log: str, profile: str = "contract") -> pd.DataFrame:
    home = folder / "home"
    add_files(Home(home), [log], load_profile(profile), lambda *_: None, is_forced=True)
    parts = (home / "store" / "attempts").rglob("*.parquet")
    return pd.concat([pd.read_parquet(part) for part in parts]).sort_values("attempt_id", ignore_index=True)


def _codes(stored: pd.DataFrame) -> list[str | None]:
    return [None if pd.isna(codes) else codes for codes in stored["reason_codes"]]


def _profile(folder: Path, rule: str) -> str:
    path = folder / "mine.toml"
    path.write_text(PROFILE.format(rule=rule), encoding="utf-8")
    (folder / "acme.toml").write_text(CODE_LIST, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_list_of_reasons_is_its_reasons_in_order(tmp_path: Path, ending: str) -> None:
    stored = _stored(tmp_path, _log(tmp_path, LISTS, ending))

    assert _codes(stored) == ["overload|network", "debts", "|B2", "overload", None, None]
    assert set(stored["product"]) <= {"[car, loan]", '["car","loan"]', '["car", "loan"]'}


@pytest.mark.parametrize("ending", ["csv", "duckdb"])
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('scheme = "acme"', ["acme:overload|acme:network", "acme:A1", "|acme:B2"]),
        ('values = { overload = "U101" }', ["U101|network", "debts", "|B2"]),
        ('split = ","', ["overload|network", "debts", "|B2"]),
        ('nothing = ["overload"]', ["|network", "debts", "|B2"]),
        ('prefix = "X"', ["Xoverload|Xnetwork", "Xdebts", "|XB2"]),
        ('values = { debts = "D" }, otherwise = "O"', ["O|O", "D", "|O"]),
    ],
)
def test_a_rule_is_for_each_reason_of_a_list(tmp_path: Path, rule: str, expected: list[str], ending: str) -> None:
    stored = _stored(tmp_path, _log(tmp_path, LISTS[:3], ending), _profile(tmp_path, rule))

    assert _codes(stored) == expected


def test_what_only_looks_like_a_list_is_a_code(tmp_path: Path) -> None:
    texts = ["[A", "[A]", "A|[B", '{"a": ["A"]}', ' ["A"]', "A[1]"]
    rows = [f"{number},2026-10-05T12:00:00Z,refused,{json.dumps(text)}" for number, text in enumerate(texts)]
    log = tmp_path / "log.csv"
    lines = (row.replace('\\"', '""') for row in rows)
    log.write_text("\n".join(["attempt_id,attempted_at,outcome,reason_codes", *lines]), encoding="utf-8")

    assert _codes(_stored(tmp_path, str(log))) == ["[A", "[A]", "A|[B", '{"a": ["A"]}', "A", "A[1]"]
