"""What looks like an identifier is masked where texts, rows kept out, names of files and drafts hold one."""

from pathlib import Path

import pandas as pd
import pytest
from invented_people import ROWS, card, identity, load, log_file, mobile, texts

from etl.__main__ import app
from etl.command_line import run
from etl.draft import drafted
from etl.home import Home
from etl.identifiers import masked
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.publish import current_manifest
from etl.snapshot import open_snapshot

SAID = (
    f"call 13800138000, +86 138-0013-8000, {identity(1)}, {card(1)}, a.b@c.example, tel_13800138000,13800138000,"
    f" 008613800138000客户１３８００１３８０００ 2221000000000009 3782 822463 10005 110105491231002, {card(1)[:4]} end"
)
TOLD = ("138", "１３８", identity(1), card(1), "c.example", "2221", "10005", "110105")


def test_what_looks_like_an_identifier_is_masked_in_rows_kept_out_and_in_lines_that_are_none(
    home: Path, tmp_path: Path
) -> None:
    path = log_file(tmp_path, "remark", [*["fine"] * ROWS, SAID], outcome="maybe")
    path.write_text(path.read_text(encoding="utf-8").replace("maybe", "refused", ROWS) + f"{SAID}\n", encoding="utf-8")
    load(home, path)
    kept = {text for text in texts(home) if "call" in text}

    assert len(kept) == 2
    assert not [text for text in kept for told in TOLD if told in text]
    assert all(f"{card(1)[:4]} end" in text for text in kept)


@pytest.mark.parametrize("name", ["shown_message", "reason_codes", "city"])
def test_what_stands_within_a_text_that_is_stored_is_masked_and_counted(home: Path, tmp_path: Path, name: str) -> None:
    snapshot = load(home, log_file(tmp_path, name, [*["fine"] * 200, "客户13800138000", SAID]))
    [part] = (home / "store" / "attempts").rglob("*.parquet")
    stored = pd.read_parquet(part)[name]

    assert (stored == "客户***").sum() == 1
    assert not [text for text in stored for told in TOLD if told in text]
    assert current_manifest(Home(home)).loads[-1].fixed["identifier_masked"] == 2
    assert snapshot.reconciliation().quarantined == 0


def test_a_line_that_is_no_row_is_not_kept_where_columns_are_dropped(home: Path, tmp_path: Path) -> None:
    path = log_file(tmp_path, "phone", [mobile(number) for number in range(ROWS)])
    path.write_text(path.read_text(encoding="utf-8") + "a,欧阳锋,refused,2026-10-05,more\n", encoding="utf-8")

    assert load(home, path, 'identifiers.phone = "drop"').reconciliation().quarantined == 1
    assert not [text for text in texts(home) if "欧阳锋" in text]
    assert [text for text in texts(home) if "characters, not kept" in text]


def test_a_draft_shows_no_identifier_and_what_it_drafts_can_be_loaded(home: Path, tmp_path: Path) -> None:
    people = [f'{{"name": "司马光", "phone": "{mobile(number)}"}}' for number in range(ROWS)]
    path = log_file(tmp_path, "applicant", people)
    path.write_text(path.read_text(encoding="utf-8").replace("refused", "拒绝 13388368595", 5), encoding="utf-8")
    draft = drafted(path)

    assert '"拒绝 ***" = "refused"' in draft
    secrets = ("司马光", "13388368595", *map(mobile, range(ROWS)))
    assert not [told for told in secrets if told in draft]
    path.with_suffix(".toml").write_text(draft, encoding="utf-8")
    assert load(home, path, None, path.with_suffix(".toml")).reconciliation().loaded == ROWS
    assert not [text for text in texts(home) for told in secrets if told in text]


def test_times_and_ids_are_not_masked() -> None:
    said = "20260704-0000000 2026-07-03T16:00:21.376994Z 1736121600123 ud5ef8bcd93 2026070416002137"

    assert masked(said) == said
    assert masked("张伟13800138000.csv") == "张伟***.csv"


@pytest.mark.parametrize("name", ["log_13812345678.csv", "log_13812345678.parquet"])
def test_a_file_named_after_somebody_is_masked_wherever_its_name_is_kept(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rows = pd.read_csv(log_file(tmp_path, "remark", [*["fine"] * ROWS, "x"]))
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
    assert not [text for text in texts(home) if "12345678" in text]
    manifests = [path.read_text(encoding="utf-8") for path in (home / "snapshots").glob("*.json")]
    assert all("log_***" in text and "12345678" not in text for text in manifests)
    assert run(app, ["load", str(tmp_path / "none_13812345678.csv"), "--home", str(home)]) == 2
    assert "none_***.csv" in capsys.readouterr().err
