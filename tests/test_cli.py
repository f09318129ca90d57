"""`python -m etl`: every verb, what it prints, and one line with exit code 2 for whatever a user can get wrong."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from etl.command_line import USER_MISTAKE
from etl.snapshot import Snapshot, open_snapshot

LOG = """
at               | outcome   | region | channel | reasons   | amount | currency | times
2026-10-05 09:00 | approved  | CN-GD  | app     |           | 100    | CNY      | 3
2026-10-05 10:00 | refused   | CN-GD  | app     | U101 P301 | 200.5  | CNY      |
2026-10-06 11:00 | refused   | CN-SH  | web     | Z999      |        | CNY      |
2026-10-07 12:00 | withdrawn | CN-SH  | web     |           | 1      | CNY      |
2026-10-07 12:00 | whatever  | CN-SH  | web     |           | 1      | CNY      |
"""
Etl = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def live(publish_once: Callable[..., Snapshot]) -> Path:
    """A home with a published log."""
    return publish_once(LOG).path.parent.parent


def _rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


# ------------------------------------------------------------------------------------------- the verbs


def test_load_counts_what_it_read_and_says_where_to_look(etl: Etl, log: Callable[..., Path], home: Path) -> None:
    code, out, err = etl("load", log(LOG), "--home", home, "--as-of", "2026-10-08T00:00")

    assert code == 0
    counts = out.split("└")[0].splitlines()[-1]
    assert [cell.strip() for cell in counts.strip("│").split("│")] == ["7", "6", "0", "0", "1"]
    assert f"python -m dashboard --home {home}" in " ".join(err.split())
    assert open_snapshot(home).info.as_of.isoformat() == "2026-10-08T00:00:00"


def test_load_of_the_same_file_again_says_that_there_is_no_news(etl: Etl, log: Callable[..., Path], home: Path) -> None:
    path = log(LOG)
    etl("load", path, "--home", home)
    code, out, _ = etl("load", path, "--home", home)

    assert (code, out) == (0, "No new file; every one was loaded before.\n")


def test_build_loads_what_lies_in_the_logs_folder(etl: Etl, log: Callable[..., Path], home: Path) -> None:
    (home / "logs").mkdir(parents=True)
    log(LOG).rename(home / "logs" / "today.csv")

    assert etl("build", "--home", home)[0] == 0
    assert etl("build", "--home", home, "--from-scratch")[:2] == (0, "No new file; every one was loaded before.\n")
    assert open_snapshot(home).reconciliation().rows_read == 7


def test_status_reconciles_and_names_broken_rules_and_unmapped_codes(etl: Etl, live: Path) -> None:
    code, out, err = etl("status", "--home", live)

    assert (code, err) == (0, "")
    assert "(real), published" in out
    assert "Rows read 7 = loaded 6 + restated 0 + duplicates 0 + quarantined 1" in out
    assert "Attempts 6 = approved 3 + refused 2 + withdrawn 1 + pending 0; excluded 0" in out
    assert "unknown_outcome" in out
    assert "Z999" in out


def test_summary_prints_a_table(etl: Etl, live: Path) -> None:
    code, out, err = etl("summary", "--home", live, "--by", "cause", "--language", "zh")

    assert (code, err) == (0, "")
    assert "信用评分" in out
    assert "0.2000" in out


def test_summary_writes_csv_to_standard_output(etl: Etl, live: Path) -> None:
    words = ("--metric", "refusal_rate,amount_refused", "--by", "region,channel", "--where", "cause!=overload")
    code, out, err = etl("summary", "--home", live, *words, "--format", "csv")

    assert (code, err) == (0, "")
    assert out.startswith(
        "\ufeffregion,region_label,channel,channel_label,refusals,decided,amount_refused,refusal_rate"
    )
    assert [(row["region"], row["refusals"], row["decided"], row["amount_refused"]) for row in _rows(out)] == [
        ("CN-GD", "1", "4", "200.50"),
        ("CN-SH", "1", "1", ""),
    ]


FILTERED = {
    "keeps": (("--where", "region=CN-GD,CN-SH", "--where", "channel=web"), "2 1"),
    "all except": (("--where", "region!=CN-GD"), "2 1"),
    "by cause": (("--where", "cause=overload", "--attribution", "any"), "6 1"),
    "days": (("--since", "2026-10-06", "--until", "2026-10-06"), "1 1"),
}


@pytest.mark.parametrize(("words", "counts"), FILTERED.values(), ids=FILTERED.keys())
def test_summary_filters(etl: Etl, live: Path, words: tuple[str, ...], counts: str) -> None:
    out = etl("summary", "--home", live, "--metric", "attempts,refusals", "--format", "csv", *words)[1]

    assert " ".join(_rows(out)[0].values()) == counts


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_summary_writes_a_file_with_its_facts_beside_it(etl: Etl, live: Path, tmp_path: Path, format: str) -> None:
    out = tmp_path / f"answer.{format}"
    code, printed, _ = etl("summary", "--home", live, "--by", "region", "--format", format, "--out", out)
    facts = json.loads((tmp_path / "answer.about.json").read_text(encoding="utf-8"))
    rows = _rows(out.read_text(encoding="utf-8")) if format == "csv" else pd.read_parquet(out).to_dict("records")

    assert (code, printed) == (0, "")
    assert [row["region_label"] for row in rows] == ["Guangdong", "Shanghai"]
    assert (facts["rows"], facts["snapshot"], facts["by"]) == (2, open_snapshot(live).id, ["region"])


def test_demo_invents_a_marked_world_once(etl: Etl, home: Path) -> None:
    pytest.importorskip("synthetic_data.write", reason="the synthetic world is not here yet")
    code, _, err = etl("demo", "--home", home, "--days", "2", "--attempts", "200")
    info = open_snapshot(home).info

    assert code == 0, err
    assert (info.is_synthetic, (info.last_day - info.first_day).days + 1) == (True, 2)
    assert etl("demo", "--home", home, "--if-empty")[:2] == (0, "")
    assert open_snapshot(home).id == info.id


def test_demo_leaves_a_real_log_alone(etl: Etl, live: Path) -> None:
    code, _, err = etl("demo", "--home", live)

    assert code == USER_MISTAKE
    assert err.startswith(f"error: {live} holds a real log; give the demo a home of its own")


# ------------------------------------------------------------------------------------------- mistakes

MISTAKES = {
    "verb": ("sumary", "unknown command 'sumary'; did you mean summary"),
    "flag": ("summary --bye cause", "No such option: --bye"),
    "metric": ("summary --metric refusal_rte", "unknown metric 'refusal_rte'; did you mean refusal_rate"),
    "no metric": ("summary --metric ,", "a question needs at least one metric"),
    "dimension": ("summary --by cause,regoin", "unknown dimension 'regoin'; did you mean region"),
    "not carried": ("summary --by city", "this log does not carry 'city'; it carries day, week, month"),
    "region": ("summary --where region=CN-GDD", "unknown region 'CN-GDD'; did you mean CN-GD"),
    "reason": ("summary --where reason=U1O1", "unknown reason 'U1O1'; did you mean U1"),
    "filter name": ("summary --where regoin=CN-GD", "unknown dimension 'regoin'; did you mean region"),
    "filter form": ("summary --where region", "--where 'region': write DIMENSION=VALUE"),
    "filter value": ("summary --where region=", "--where 'region=': write DIMENSION=VALUE"),
    "filter twice": ("summary --where region=CN-GD --where region=CN-SH", "--where names 'region' twice"),
    "since": ("summary --since 2026-13-01", "--since '2026-13-01' is no date; write it as 2026-01-31"),
    "until": ("summary --until soon", "--until 'soon' is no date; write it as 2026-01-31"),
    "period": ("summary --since 2026-10-02 --until 2026-10-01", "the period starts on 2026-10-02 after its end"),
    "attribution": ("summary --attribution first", "unknown attribution 'first'; known: any, fractional"),
    "format": ("summary --format cvs", "unknown format 'cvs'; did you mean csv"),
    "language": ("summary --language fr", "Invalid value for '--language': "),
    "parquet on screen": ("summary --format parquet", "a table goes to the screen, workbooks and Parquet to a file"),
    "table in a file": ("summary --out answer.txt", "a table goes to the screen, workbooks and Parquet to a file"),
    "nowhere to write": ("summary --format csv --out no/such/folder/a.csv", "--out no/such/folder/a.csv cannot be"),
    "profile": ("load pyproject.toml --profile hmda", "unknown profile 'hmda'; did you mean hmda2018, hmda2014"),
    "no file": ("load nowhere.csv", "nowhere.csv does not exist"),
    "no path": ("load", "Missing argument '"),
    "as of": ("load README.md --as-of soon", "--as-of 'soon' is no time"),
}


@pytest.mark.parametrize(("line", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_line_and_exit_code_2(etl: Etl, live: Path, line: str, message: str) -> None:
    verb, *rest = line.split()
    home = ("--home", live) if verb in ("summary", "load") else ()
    code, out, err = etl(verb, *rest, *home)
    *progress, last = err.splitlines()

    assert (code, out) == (USER_MISTAKE, "")
    assert last.startswith(f"error: {message}")
    assert not any("error" in bar or "Traceback" in bar for bar in progress)


@pytest.mark.parametrize("verb", ["status", "summary", "build"])
def test_a_home_without_a_snapshot_names_the_next_command(etl: Etl, home: Path, verb: str) -> None:
    code, _, err = etl(verb, "--home", home)

    assert code == USER_MISTAKE
    assert f"run: python -m etl load PATH --home {home}" in err


@pytest.mark.parametrize("verb", ["load README.md", "build"])
def test_a_home_that_cannot_be_a_folder_is_one_line(etl: Etl, tmp_path: Path, verb: str) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = etl(*verb.split(), "--home", tmp_path / "file")

    assert (code, out) == (USER_MISTAKE, "")
    assert err.splitlines()[-1] == f"error: cannot write to {tmp_path / 'file'}: File exists; give another --home"


def test_a_process_ends_with_the_exit_code_and_without_a_traceback(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "etl", "summary", "--home", str(tmp_path / "nothing"))
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)

    assert (done.returncode, done.stdout) == (USER_MISTAKE, "")
    assert done.stderr.startswith("error: no snapshot in ")
    assert done.stderr.count("\n") == 1
