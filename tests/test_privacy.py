"""Direct identifiers never reach the store: they are refused, hashed with a key of the home, dropped or masked."""

import hashlib
import itertools
import stat
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from etl.__main__ import app
from etl.command_line import run
from etl.draft import drafted
from etl.errors import InvalidValue, UnreadableInput
from etl.home import Home
from etl.identifiers import KINDS, NAMES, WEIGHTS, has_identity_check, has_luhn_check, masked
from etl.pipeline import add_files
from etl.privacy import HashKey
from etl.profile import load_profile
from etl.publish import current_manifest
from etl.snapshot import Snapshot, open_snapshot
from synthetic_data import write_world

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


def _identity(number: int) -> str:
    body = f"11010519{number % 90 + 10:02d}0{number % 9 + 1}1{number % 10}{number:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


def _card(number: int) -> str:
    body = f"622202{number:09d}"
    return next(card for last in "0123456789" if has_luhn_check(card := body + last))


def _mobile(number: int) -> str:
    return f"138{number * 7919:08d}"


IDENTIFIERS: dict[str, tuple[str, Callable[[int], str]]] = {
    "identity": ("identity numbers", _identity),
    "mobile": ("mobile numbers", _mobile),
    "abroad": ("mobile numbers", lambda number: f"+86 {_mobile(number)}"),
    "spaced": ("mobile numbers", lambda number: f"{_mobile(number)[:3]}-{_mobile(number)[3:7]}-{_mobile(number)[7:]}"),
    "card": ("bank card numbers", _card),
    "mail": ("e-mail addresses", lambda number: f"person.{number}@example.com"),
    "姓名": ("names of people", lambda number: PEOPLE[number]),
}


def _file(folder: Path, name: str, values: list[str], outcome: str = "refused") -> Path:
    path = folder / "log.csv"
    rows = pd.DataFrame({"attempt_id": [f"a{number}" for number in range(len(values))], name: values})
    rows.assign(attempted_at="2026-10-05 12:00:00", outcome=outcome).to_csv(path, index=False)
    return path


def _load(home: Path, path: Path, more: str | None = None, given: Path | None = None) -> Snapshot:
    profile = path.with_suffix(".toml")
    if more is not None:
        profile.write_text(PROFILE + more, encoding="utf-8")
    named = str(given) if given else "contract" if more is None else str(profile)
    add_files(Home(home), [path], load_profile(named), lambda *_: None, is_forced=True)
    return open_snapshot(home)


def _texts(home: Path) -> Iterator[str]:
    """Every cell of everything that a home keeps."""
    for part in (home / "store").rglob("*.parquet"):
        for _, cells in pd.read_parquet(part).items():
            yield from map(str, cells)


# ------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_a_column_of_identifiers_is_refused_in_one_line_that_shows_none(home: Path, tmp_path: Path, name: str) -> None:
    words, made = IDENTIFIERS[name]
    values = [made(number) for number in range(ROWS)]
    with pytest.raises(UnreadableInput) as caught:
        _load(home, _file(tmp_path, name, values))
    said = str(caught.value)

    assert f"log.csv: the column {name} seems to hold {words} ({ROWS} rows)" in said
    assert "[identifiers]" in said
    assert "\n" not in said
    assert not [value for value in values if value in said]
    assert Home(home).current_id() is None
    assert not list(_texts(home))


def test_identifiers_under_the_name_of_an_applicant_are_refused_too(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="applicant_id seems to hold mobile numbers"):
        _load(home, _file(tmp_path, "applicant_id", [_mobile(number) for number in range(ROWS)]))


def test_a_number_in_a_column_of_numbers_is_found(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    rows = {"attempt_id": list("abc"), "attempted_at": "2026-10-05", "outcome": "refused"}
    phones: list[float | None] = [13800138000, None, 13900139000]
    pd.DataFrame({**rows, "phone": phones}).to_parquet(path)
    with pytest.raises(UnreadableInput, match=r"phone seems to hold mobile numbers \(2 rows\)"):
        _load(home, path)


@pytest.mark.parametrize("step", [1, 4_000], ids=["in every row", "in a few rows"])
def test_a_long_file_hides_no_column(home: Path, tmp_path: Path, step: int) -> None:
    count = 60_000
    values = [_mobile(number % 1_000) if number % step == step // 2 else "" for number in range(count)]
    with pytest.raises(UnreadableInput, match="phone seems to hold mobile numbers"):
        _load(home, _file(tmp_path, "phone", values))


WRITTEN = {
    "full-width": lambda number: "".join(chr(ord(digit) + 0xFEE0) for digit in _mobile(number)),
    "blank": lambda number: f"  {_mobile(number)}",
    "no-break blank": lambda number: f"\u00a0{_mobile(number)}\u3000",
    "tab": lambda number: f"\t{_mobile(number)}",
    "apostrophe": lambda number: f"'{_mobile(number)}",
    "formula": lambda number: f'="{_mobile(number)}"',
    "invisible": lambda number: f"\u2060{_mobile(number)}",
    "0086": lambda number: f"0086{_mobile(number)}",
    "within an id": lambda number: f"APP{_mobile(number)}",
    "object": lambda number: f'{{"name": "司马光", "phone": "{_mobile(number)}"}}',
    "list": lambda number: f'["x", "{_mobile(number)}"]',
    "share of 4 %": lambda number: _mobile(number) if number % 25 == 3 else f"u{number:08x}",
}


@pytest.mark.parametrize("how", WRITTEN)
def test_an_applicant_in_other_letters_or_in_few_rows_is_refused_all_the_same(
    home: Path, tmp_path: Path, how: str
) -> None:
    path = _file(tmp_path, "applicant_id", [WRITTEN[how](number) for number in range(ROWS)])
    with pytest.raises(UnreadableInput, match="applicant_id seems to hold mobile numbers"):
        _load(home, path)


@pytest.mark.parametrize(("some", "all_"), [(8, 15), (20, 60_000)])
def test_half_of_few_values_and_twenty_of_many_are_enough(home: Path, tmp_path: Path, some: int, all_: int) -> None:
    values = [*["guest"] * (all_ - some), *[_mobile(number) for number in range(some)]]
    with pytest.raises(UnreadableInput, match=rf"mobile numbers \({some} rows\)"):
        _load(home, _file(tmp_path, "applicant_id", values))


def test_a_hash_is_that_of_the_number_however_it_is_written(home: Path, tmp_path: Path) -> None:
    values = [
        WRITTEN[how](7) for how in ("full-width", "blank", "no-break blank", "apostrophe", "formula", "invisible")
    ]
    _load(home, _file(tmp_path, "phone", [_mobile(7), *values]), 'columns.applicant_id = {column="phone", hash=true}')
    [part] = (home / "store" / "attempts").rglob("*.parquet")

    assert pd.read_parquet(part)["applicant_id"].nunique() == 1


NO_IDENTIFIERS: dict[str, list[str]] = {
    "attempt number": [f"2026100512{number:08d}" for number in range(ROWS)],
    "milliseconds": [str(1_736_121_600_000 + 977 * number) for number in range(ROWS)],
    "sixteen digits": [str(4_000_000_000_000_000 + 7_919 * number) for number in range(200)],
    "eighteen digits": [f"11010519900101{number:04d}" for number in range(200)],
    "name": ["现金贷", "信用卡"] * ROWS,
    "product_name": PEOPLE,
    "remark": ["", "13800138000", *["no"] * 200],
    "few": ["13800138000", "unknown", "unknown"],
    "amount": ["12345678901.23"] * ROWS,
    "seconds": [str(1_736_121_600 + 977 * number) for number in range(ROWS)],
    "eleven digits": [str(10_000_000_000 + 2_222_222_222 * number) for number in range(ROWS)],
    "fifteen digits": [str(202607041600000 + 7 * number) for number in range(ROWS)],
    "applicant_id": [f"{uuid.UUID(int=(7919 * number) ** 9 % 2**128)}" for number in range(2_000)],
}


@pytest.mark.parametrize("name", NO_IDENTIFIERS)
def test_numbers_and_words_that_only_resemble_identifiers_are_loaded(home: Path, tmp_path: Path, name: str) -> None:
    values = NO_IDENTIFIERS[name]

    assert _load(home, _file(tmp_path, name, values)).reconciliation().loaded == len(values)


def test_the_invented_world_holds_no_identifier(home: Path) -> None:
    write_world(home, days=2, attempts=2_000)
    add_files(Home(home), [home / "logs"], load_profile("contract"), lambda *_: None)

    assert not Home(home).hash_key.exists()


def test_the_checks_know_a_wrong_digit() -> None:
    assert has_identity_check("11010519491231002X")
    assert not has_identity_check("110105194912310021")
    assert has_luhn_check("4111111111111111")
    assert not has_luhn_check("4111111111111112")
    assert [kind.is_one("张伟") for kind in (*KINDS, NAMES)] == [False] * len(KINDS) + [True]


# ------------------------------------------------------------------------------------------- hashed and dropped


def test_a_hashed_identifier_is_the_same_in_every_load_and_never_the_number(home: Path, tmp_path: Path) -> None:
    values = [_mobile(number % 10) for number in range(ROWS)]
    more = 'columns.applicant_id.column = "phone"\nidentifiers.phone = "hash"\n'
    _load(home, _file(tmp_path, "phone", values), more)
    (tmp_path / "more").mkdir()
    again = _file(tmp_path / "more", "phone", values)
    again.write_text(again.read_text(encoding="utf-8").replace("\na", "\nb"), encoding="utf-8")
    _load(home, again, more)
    stored = pd.concat(pd.read_parquet(part) for part in (home / "store" / "attempts").rglob("*.parquet"))

    assert len(stored) == 2 * ROWS
    assert stored["applicant_id"].nunique() == 10
    assert stored["applicant_id"].str.fullmatch("[0-9a-f]{32}").all()
    assert not [text for text in _texts(home) if "138" in text]


def test_a_rule_may_ask_for_the_hash_and_nothing_stays_nothing(home: Path, tmp_path: Path) -> None:
    values = [*[_mobile(number) for number in range(ROWS)], "-", ""]
    _load(home, _file(tmp_path, "phone", values), 'columns.applicant_id = {column="phone", hash=true, nothing=["-"]}')
    [part] = (home / "store" / "attempts").rglob("*.parquet")

    assert pd.read_parquet(part)["applicant_id"].isna().sum() == 2
    assert pd.read_parquet(part)["applicant_id"].nunique() == ROWS


def test_two_homes_hash_alike_only_with_the_same_key(tmp_path: Path) -> None:
    hashes = []
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        path = _file(tmp_path / name, "phone", ["13800138000"])
        if name == "three":
            (tmp_path / "three" / "hash.key").write_bytes((tmp_path / "one" / "hash.key").read_bytes())
        _load(tmp_path / name, path, 'columns.applicant_id = {column = "phone", hash = true}')
        [part] = (tmp_path / name / "store" / "attempts").rglob("*.parquet")
        hashes.append(pd.read_parquet(part)["applicant_id"].item())

    assert hashes[0] == hashes[2] != hashes[1]


def test_the_key_is_the_owners_alone_and_a_broken_one_is_one_line(home: Path, tmp_path: Path) -> None:
    more = 'identifiers.phone = "hash"'
    _load(home, _file(tmp_path, "phone", ["13800138000"]), more)
    key = home / "hash.key"

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    key.write_bytes(b"short")
    with pytest.raises(InvalidValue, match=r"hash\.key is no key of 32 bytes"):
        HashKey(key).text()


def test_rows_are_never_hashed_with_two_keys_in_one_home(home: Path, tmp_path: Path) -> None:
    more = 'identifiers.phone = "hash"'
    _load(home, _file(tmp_path, "phone", ["13800138000"]), more)
    key = (home / "hash.key").read_bytes()
    assert current_manifest(Home(home)).hash_key_id == hashlib.sha256(key).hexdigest()[:16]

    again = _file(tmp_path, "phone", ["13900138000"])
    (home / "hash.key").unlink()
    with pytest.raises(InvalidValue, match=r"hash\.key is missing.*put hash\.key back, or load again into a new home"):
        _load(home, again, more)
    assert not (home / "hash.key").exists()
    (home / "hash.key").write_bytes(b"x" * 32)
    with pytest.raises(InvalidValue, match=r"hash\.key is another key.*put hash\.key back"):
        _load(home, again, more)
    (home / "hash.key").write_bytes(key)

    _load(home, again, more)
    assert current_manifest(Home(home)).hash_key_id == hashlib.sha256(key).hexdigest()[:16]


@pytest.mark.parametrize("name", ["log_13812345678.csv", "log_13812345678.parquet"])
def test_a_file_named_after_somebody_is_masked_wherever_its_name_is_kept(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rows = pd.read_csv(_file(tmp_path, "remark", [*["fine"] * ROWS, "x"]))
    rows.loc[0, "outcome"] = "maybe"
    for each in (name, name.replace("1381", "1391")):
        path = tmp_path / each
        rows.to_csv(path, index=False) if path.suffix == ".csv" else rows.to_parquet(path)
        rows["attempt_id"] += "-2"
    if name.endswith(".csv"):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write("no,row\n")
    paths = [tmp_path / name, tmp_path / name.replace("1381", "1391")]
    add_files(Home(home), paths, load_profile("contract"), lambda *_: None, is_forced=True)

    assert open_snapshot(home).reconciliation().quarantined == 2 + name.endswith(".csv")
    assert not [text for text in _texts(home) if "12345678" in text]
    manifests = [path.read_text(encoding="utf-8") for path in (home / "snapshots").glob("*.json")]
    assert all("log_***" in text and "12345678" not in text for text in manifests)
    assert run(app, ["load", str(tmp_path / "none_13812345678.csv"), "--home", str(home)]) == 2
    assert "none_***.csv" in capsys.readouterr().err


def test_a_dropped_column_is_nowhere_not_even_in_rows_kept_out(home: Path, tmp_path: Path) -> None:
    path = _file(tmp_path, "phone", [_mobile(number) for number in range(ROWS)])
    path.write_text(path.read_text(encoding="utf-8").replace("refused", "maybe", 3), encoding="utf-8")

    assert _load(home, path, 'identifiers.phone = "drop"').reconciliation().quarantined == 3
    assert not [text for text in _texts(home) if "138" in text or "phone" in text]


def test_what_is_dropped_cannot_be_mapped(home: Path, tmp_path: Path) -> None:
    path = _file(tmp_path, "phone", ["13800138000"])
    with pytest.raises(InvalidValue, match=r'columns\.applicant_id is made of it; write phone = "hash"'):
        _load(home, path, 'columns.applicant_id.column = "phone"\nidentifiers.phone = "drop"')


# ------------------------------------------------------------------------------------------- masked

SAID = (
    f"call 13800138000, +86 138-0013-8000, {_identity(1)}, {_card(1)}, a.b@c.example, tel_13800138000,13800138000,"
    f" 008613800138000客户１３８００１３８０００ 2221000000000009 3782 822463 10005 110105491231002, {_card(1)[:4]} end"
)
TOLD = ("138", "１３８", _identity(1), _card(1), "c.example", "2221", "10005", "110105")


def test_what_looks_like_an_identifier_is_masked_in_rows_kept_out_and_in_lines_that_are_none(
    home: Path, tmp_path: Path
) -> None:
    path = _file(tmp_path, "remark", [*["fine"] * ROWS, SAID], outcome="maybe")
    path.write_text(path.read_text(encoding="utf-8").replace("maybe", "refused", ROWS) + f"{SAID}\n", encoding="utf-8")
    _load(home, path)
    kept = [text for text in _texts(home) if "call" in text]

    assert len(kept) == 2
    assert not [text for text in kept for told in TOLD if told in text]
    assert all(f"{_card(1)[:4]} end" in text for text in kept)


@pytest.mark.parametrize("name", ["shown_message", "reason_codes", "city"])
def test_what_stands_within_a_text_that_is_stored_is_masked_and_counted(home: Path, tmp_path: Path, name: str) -> None:
    snapshot = _load(home, _file(tmp_path, name, [*["fine"] * 200, "客户13800138000", SAID]))
    [part] = (home / "store" / "attempts").rglob("*.parquet")
    stored = pd.read_parquet(part)[name]

    assert (stored == "客户***").sum() == 1
    assert not [text for text in stored for told in TOLD if told in text]
    assert current_manifest(Home(home)).loads[-1].fixed["identifier_masked"] == 2
    assert snapshot.reconciliation().quarantined == 0


def test_a_line_that_is_no_row_is_not_kept_where_columns_are_dropped(home: Path, tmp_path: Path) -> None:
    path = _file(tmp_path, "phone", [_mobile(number) for number in range(ROWS)])
    path.write_text(path.read_text(encoding="utf-8") + "a,欧阳锋,refused,2026-10-05,more\n", encoding="utf-8")

    assert _load(home, path, 'identifiers.phone = "drop"').reconciliation().quarantined == 1
    assert not [text for text in _texts(home) if "欧阳锋" in text]
    assert [text for text in _texts(home) if "characters, not kept" in text]


def test_a_draft_shows_no_identifier_and_what_it_drafts_can_be_loaded(home: Path, tmp_path: Path) -> None:
    people = [f'{{"name": "司马光", "phone": "{_mobile(number)}"}}' for number in range(ROWS)]
    path = _file(tmp_path, "applicant", people)
    path.write_text(path.read_text(encoding="utf-8").replace("refused", "拒绝 13388368595", 5), encoding="utf-8")
    draft = drafted(path)

    assert '"拒绝 ***" = "refused"' in draft
    assert not [told for told in ("138", "133", "司马光") if told in draft]
    path.with_suffix(".toml").write_text(draft, encoding="utf-8")
    assert _load(home, path, None, path.with_suffix(".toml")).reconciliation().loaded == ROWS
    assert not [text for text in _texts(home) for told in ("138", "133", "司马光") if told in text]


def test_times_and_ids_are_not_masked() -> None:
    said = "20260704-0000000 2026-07-03T16:00:21.376994Z 1736121600123 ud5ef8bcd93 2026070416002137"

    assert masked(said) == said
    assert masked("张伟13800138000.csv") == "张伟***.csv"
