"""A drafted profile says why, asks what it cannot know, and loads the file without an edit where it can."""

import random
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from conftest import REAL, load

from etl.command_line import run
from etl.draft import drafted
from etl.drafting.kinds import moments
from etl.drafting.lists import separator
from etl.drafting.seen import Column, worded
from etl.drafting.synonyms import outcome_of
from etl.errors import UnreadableInput
from etl.profile import load_profile
from etl.query import Question, ask
from etl.snapshot import Snapshot

HEADER = "申请编号;申请日期;审批状态;拒绝原因;省份;申请金额(万元);手机号;渠道;姓名"
DAYS, PROVINCES = ("2025年3月9日", "2025年3月10日"), ("广东省", "上海", "内蒙古自治区", "四川")
STATES = ("审核通过", "审核拒绝", "已撤销", "审核中", "已放款")
REASONS = ("综合评分不足", "多头借贷；负债过高", "负债过高", "多头借贷", "")


def _chinese_rows(number: int) -> Iterator[str]:
    drawing = random.Random(7)
    for row in range(number):
        state, phone = drawing.choice(STATES), f"138{drawing.randrange(number):08d}"
        reason = drawing.choice(REASONS) if state == "审核拒绝" else ""
        where, wan = drawing.choice(PROVINCES), drawing.randint(1, 50) / 10
        yield f"LN{row:06d};{DAYS[row % 2]};{state};{reason};{where};{wan};{phone};APP;张三"


@pytest.fixture
def chinese(tmp_path: Path) -> Path:
    path = tmp_path / "进件.csv"
    path.write_text("\n".join([HEADER, *_chinese_rows(400)]) + "\n", encoding="utf-8")
    return path


def _loaded(path: Path, folder: Path) -> Snapshot:
    """The file, through its draft as it stands."""
    profile = folder / "draft.toml"
    profile.write_text(drafted(path), encoding="utf-8")
    return load(folder / "home", path, profile=str(profile))


def _counts(snapshot: Snapshot, metric: str, by: str) -> dict[str, int]:
    frame = ask(snapshot, Question((metric,), (by,)))
    return dict(zip(frame[by], frame[metric], strict=True))


def test_a_chinese_log_is_understood(chinese: Path) -> None:
    draft = drafted(chinese)

    for lines in (
        'delimiter = ";"',
        '[columns.attempt_id]  # unique in all rows looked at, and never blank\ncolumn = "申请编号"',
        '"审核拒绝" = "refused"',
        '"审核中" = "pending"',
        '"已撤销" = "withdrawn"',
        'column = "省份"\nregions = "cn"',
        'column = "申请金额(万元)"\nunit = "万"',
        'constant = "day"',
        'constant = "CNY"',
        'split = "；"',
        'column = "手机号"\nhash = true  # the values look like mobile numbers',
        '"姓名" = "drop"',
    ):
        assert lines in draft


def test_a_draft_loads_a_chinese_log_without_an_edit(chinese: Path, tmp_path: Path) -> None:
    written = pd.read_csv(chinese, sep=";")
    snapshot = _loaded(chinese, tmp_path)

    assert snapshot.reconciliation().loaded == len(written)
    assert _counts(snapshot, "rows", "region")["CN-NM"] == (written["省份"] == "内蒙古自治区").sum()
    assert _counts(snapshot, "refusals", "outcome")["refused"] == (written["审批状态"] == "审核拒绝").sum()


def test_a_draft_loads_cases_of_a_dutch_bank_without_an_edit(tmp_path: Path) -> None:
    path = REAL / "bpi2012_cases.csv"
    if not path.exists():
        pytest.skip(f"no {path.name} in {REAL.parent.name}/{REAL.name} beside the repository")
    snapshot = _loaded(path, tmp_path)

    assert _counts(snapshot, "rows", "outcome") == {
        "approved": 2246,
        "pending": 399,
        "refused": 7635,
        "withdrawn": 2807,
    }


def test_a_draft_loads_american_loans_without_an_edit(hmda_file: Path, tmp_path: Path) -> None:
    snapshot = _loaded(hmda_file, tmp_path)
    draft = (tmp_path / "draft.toml").read_text(encoding="utf-8")

    assert _counts(snapshot, "rows", "outcome")["excluded"] == 11536
    assert 'columns = ["denial_reason_1", "denial_reason_2", "denial_reason_3"]\nscheme = "hmda"' in draft
    assert 'column = "loan_amount_000s"\nunit = "thousands"' in draft


def test_a_log_of_ours_is_mapped_to_itself(synthetic_home: Path) -> None:
    path = sorted((synthetic_home / "logs").glob("*.*"))[0]
    draft = drafted(path)

    for name in ("attempt_id", "attempted_at", "outcome", "applicant_id", "amount_requested", "reason_codes", "score"):
        assert f'column = "{name}"' in draft
    assert "# scheme" not in draft


def test_what_cannot_be_known_is_a_question(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("x,when,how\n1,03/04/2025 10:00,P\n1,05/06/2025 11:00,Q\n", encoding="utf-8")
    draft = drafted(path)

    assert "# [columns.outcome]  # which column says approved, refused" in draft
    assert '# date_order = "day-first"  # is 03/04/2025 in April' in draft
    assert '# zone = "Asia/Shanghai"' in draft
    assert "row_position = true" in draft


def test_a_file_without_rows_is_no_evidence(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"^empty\.csv has no rows"):
        drafted(path)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Application approved but not accepted", "approved"),
        ("NOT_APPROVED", "refused"),
        ("审核未通过", "refused"),
        ("审核通过", "approved"),
        ("Canceled", "withdrawn"),
        ("whatever", None),
    ],
)
def test_the_longest_phrase_tells_the_outcome(text: str, outcome: str | None) -> None:
    assert outcome_of(text) == outcome


def _column(*values: str) -> Column:
    return Column("c", dict.fromkeys(values, 1), len(values))


def test_times_are_known_by_their_looks() -> None:
    assert moments(_column("2025-01-02T10:00:00+08:00")).has_offset  # type: ignore[union-attr]
    assert moments(_column("02/01/2025", "31/01/2025")).date_order == "day-first"  # type: ignore[union-attr]
    assert moments(_column("02.01.2025 10:00")).format == "%d.%m.%Y %H:%M"  # type: ignore[union-attr]
    assert moments(_column("2025-01")).grain == "month"  # type: ignore[union-attr]
    assert moments(_column("12", "13")) is None


def test_a_comma_inside_a_label_parts_nothing() -> None:
    assert separator(_column("Insufficient cash (downpayment, closing costs)", "Other")) is None
    assert separator(_column("A;B", "A", "B;C", "C")) == ";"


def test_names_are_compared_without_case_and_marks() -> None:
    assert worded("LoanAmount_USD ") == "loan amount usd"


def test_the_command_prints_or_writes_but_never_overwrites(
    chinese: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from etl.__main__ import app

    out = tmp_path / "mine.toml"
    assert run(app, ["profile", str(chinese)]) == 0
    assert capsys.readouterr().out == drafted(chinese)
    assert run(app, ["profile", str(chinese), "--out", str(out)]) == 0
    assert load_profile(str(out)).delimiter == ";"
    assert run(app, ["profile", str(chinese), "--out", str(out)]) == 2
    assert "mine.toml exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "times", "grain"),
    [
        (
            "申请时间",
            ["2025年1月6日 9时30分", "2025年11月6日 19时05分10秒", "2025年1月7日9点", "2025年1月7号 9:30"],
            "instant",
        ),
        ("申请时间", ["45663.4", "45664.9854166667", "45665"], "instant"),
        ("时刻", ["2025年1月6日 9时30分", "2025年1月7日 10时30分"], "instant"),
        (
            "时刻",
            ["2025年1月6日 下午3时05分", "2025/1/6 上午9:05:07", "1/13/2025 3:05 PM", "2025-01-06 3:05 a.m."],
            "instant",
        ),
        ("时刻", ["20250106T083000", "20250106T0830"], "instant"),
        ("申请日期", ["45663", "45664"], "day"),
    ],
)
def test_times_that_are_read_are_drafted(tmp_path: Path, name: str, times: list[str], grain: str) -> None:
    path = tmp_path / "log.csv"
    rows = [f"A{number},{times[number % len(times)]},{STATES[number % 2]},{20000 + number}" for number in range(40)]
    path.write_text("\n".join([f"申请编号,{name},审批状态,申请金额", *rows]), encoding="utf-8")
    draft = drafted(path)

    assert f'column = "{name}"' in draft
    assert ('zone = "Asia/Shanghai"' in draft) is (grain == "instant")
    assert 'column = "申请金额"' in draft
    snapshot = _loaded(path, tmp_path)
    assert (snapshot.info.time_grain, snapshot.reconciliation().loaded) == (grain, 40)


@pytest.mark.parametrize("name", ["拒绝原因", "产品"])
def test_five_digits_are_no_days_unless_they_are_called_so(name: str) -> None:
    assert moments(Column(name, {"45663": 3, "45664": 2}, 5)) is None
