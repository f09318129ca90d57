"""Numbers of people that nobody has, logs that hold them, and every text that a home keeps of those."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from etl.home import Home
from etl.identifiers import WEIGHTS, has_luhn_check
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.snapshot import Snapshot, open_snapshot

PROFILE = """
profile = "mine"
en = "Mine"
zh = "我的"
columns.attempt_id.column = "attempt_id"
columns.attempted_at.column = "attempted_at"
columns.outcome.column = "outcome"
"""
ROWS = 40
PEOPLE = [first + last for first, last in itertools.product("王李张刘陈杨黄赵", ("伟", "芳", "秀英", "敏", "静"))]


def identity(number: int) -> str:
    body = f"11010519{number % 90 + 10:02d}0{number % 9 + 1}1{number % 10}{number:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def card(number: int) -> str:
    body = f"622202{number:09d}"
    return next(card for last in "0123456789" if has_luhn_check(card := body + last))


def mobile(number: int) -> str:
    return f"138{number * 7919:08d}"


IDENTIFIERS: dict[str, tuple[str, Callable[[int], str]]] = {
    "identity": ("identity numbers", identity),
    "mobile": ("mobile numbers", mobile),
    "abroad": ("mobile numbers", lambda number: f"+86 {mobile(number)}"),
    "spaced": ("mobile numbers", lambda number: f"{mobile(number)[:3]}-{mobile(number)[3:7]}-{mobile(number)[7:]}"),
    "card": ("bank card numbers", card),
    "mail": ("e-mail addresses", lambda number: f"person.{number}@example.com"),
    "姓名": ("names of people", lambda number: PEOPLE[number]),
}


def log_file(folder: Path, name: str, values: list[str], outcome: str = "refused") -> Path:
    path = folder / "log.csv"
    rows = pd.DataFrame({"attempt_id": [f"a{number}" for number in range(len(values))], name: values})
    rows.assign(attempted_at="2026-10-05 12:00:00", outcome=outcome).to_csv(path, index=False)
    return path


def load(home: Path, path: Path, more: str | None = None, given: Path | None = None) -> Snapshot:
    profile = path.with_suffix(".toml")
    if more is not None:
        profile.write_text(PROFILE + more, encoding="utf-8")
    named = str(given) if given else "contract" if more is None else str(profile)
    add_files(Home(home), [path], load_profile(named), lambda *_: None, is_forced=True)
    return open_snapshot(home)


def texts(home: Path) -> Iterator[str]:
    """Every cell of everything that a home keeps."""
    for part in (home / "store").rglob("*.parquet"):
        for _, cells in pd.read_parquet(part).items():
            yield from map(str, cells)
