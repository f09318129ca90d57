"""The attempts behind a number, drawn: which they are, what is shown of them, and what is never shown."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import recount

from etl.catalogue.dimensions import DIMENSIONS
from etl.errors import DamagedSnapshot, UnknownName
from etl.home import Home
from etl.masks import mask_key
from etl.query import Attribution, Question, Selection
from etl.row_columns import BY_NAME
from etl.row_words import spoken
from etl.rows import Rows, behind
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language

Publish = Callable[..., Snapshot]
Shows = Callable[[pd.DataFrame, str], None]

LOG = """
id | at               | outcome   | region | reasons   | amount | currency | applicant_id
a  | 2026-10-05 09:00 | refused   | CN-GD  | U201 P301 | 100    | CNY      | ann
b  | 2026-10-05 23:59 | approved  | CN-GD  |           | 200    | CNY      | bob
c  | 2026-10-06 00:01 | refused   | CN-SH  | _ U201    |        | CNY      | ann
d  | 2026-10-07 08:00 | refused   | CN-GD  |           | 50.5   | CNY      |
e  | 2026-10-07 09:00 | withdrawn | CN-SH  |           | 300    | CNY      | cem
f  | 2026-10-07 10:00 | refused   | CN-SH  | U201      | 70     | CNY      | dai
"""
BEHAVIOUR = {"cause": Selection(("behaviour",))}


def _page(snapshot: Snapshot, metric: str = "refusals", **asked: object) -> pd.DataFrame:
    return Rows(snapshot, Question((metric,), **asked)).page(0, 100)  # type: ignore[arg-type]


def test_the_refusals_come_newest_first_with_their_reasons_the_primary_one_first(
    publish: Publish, shows: Shows
) -> None:
    page = _page(publish(LOG))
    lists = {name: page[name].str.replace("|", ",") for name in ("reasons", "causes")}

    shows(
        page.assign(**lists),
        """
        attempted_at        | outcome | reasons          | causes                | region | amount_requested
        2026-10-07T10:00:00 | refused | U201             | behaviour             | CN-SH  | 70
        2026-10-07T08:00:00 | refused | unspecified      | unspecified           | CN-GD  | 50.5
        2026-10-06T00:01:00 | refused | unspecified,U201 | unspecified,behaviour | CN-SH  | –
        2026-10-05T09:00:00 | refused | U201,P301        | behaviour,overload    | CN-GD  | 100
        """,
    )


@pytest.mark.parametrize(
    ("attribution", "expected"),
    [
        (Attribution.PRIMARY, {"10:00": 1, "09:00": 1}),
        (Attribution.ANY, {"10:00": 1, "00:01": 1, "09:00": 1}),
        (Attribution.FRACTIONAL, {"10:00": 1, "00:01": 1, "09:00": 0.5}),
        (Attribution.SOLE, {"10:00": 1, "00:01": 1}),
    ],
)
def test_under_a_cause_each_refusal_weighs_what_the_attribution_credits(
    attribution: Attribution, expected: dict[str, float], publish: Publish
) -> None:
    page = _page(publish(LOG), where=BEHAVIOUR, attribution=attribution)

    assert dict(zip(page["attempted_at"].str[11:16], page["weight"], strict=True)) == expected


def test_a_weight_is_shown_only_where_a_filter_gives_credit(publish: Publish) -> None:
    snapshot = publish(LOG)

    assert "weight" not in _page(snapshot)
    assert "weight" not in _page(snapshot, "attempts", where=BEHAVIOUR)
    assert "weight" in _page(snapshot, where=BEHAVIOUR)


def test_a_cause_leaves_all_attempts_and_a_region_narrows_them(publish: Publish) -> None:
    snapshot = publish(LOG)

    assert len(_page(snapshot, "attempts", where=BEHAVIOUR)) == 6
    assert len(_page(snapshot, "attempts", where={"region": Selection(("CN-SH",))})) == 3
    assert len(_page(snapshot, "decided")) == 5
    assert _page(snapshot, "withdrawn")["attempted_at"].tolist() == ["2026-10-07T09:00:00"]


def test_days_are_cut_in_the_business_zone(publish: Publish) -> None:
    page = _page(publish(LOG), "attempts", since=date(2026, 10, 6), until=date(2026, 10, 6))

    assert page["attempted_at"].tolist() == ["2026-10-06T00:01:00"]


def test_a_coarse_log_keeps_its_own_labels(publish: Publish) -> None:
    snapshot = publish(
        """
        at         | grain | outcome | reasons
        2014-01-01 | year  | refused | U201
        2015-01-01 | year  | refused | U201
        """
    )
    page = _page(snapshot)

    assert page["attempted_at"].tolist() == ["2015", "2014"]
    assert spoken(page, ["attempted_at"], snapshot, Language.EN).columns.tolist() == [
        "Attempted at (the log's own label)"
    ]


def test_columns_that_the_log_does_not_carry_are_left_out(publish: Publish) -> None:
    snapshot = publish("at | outcome | reasons\n2026-10-05 | refused | U201")

    assert _page(snapshot).columns.tolist() == [
        *("attempted_at", "zone", "outcome", "reasons", "causes", "attempt", "source_file", "source_row")
    ]


def test_every_dimension_that_an_attempt_is_counted_by_is_shown_of_it() -> None:
    counted_by = {d.id for d in DIMENSIONS.values() if d.table == "rollup" and not d.is_time}

    assert counted_by - set(BY_NAME) == set()


def test_ids_are_masked_and_the_same_applicant_stays_the_same(publish: Publish) -> None:
    page = _page(publish(LOG))

    masks = page["applicant"].tolist()
    assert masks[2] == masks[3] != masks[0]
    assert pd.isna(masks[1])
    assert page["applicant"].dropna().str.fullmatch("P-[0-9A-F]{12}").all()
    assert page["attempt"].str.fullmatch("A-[0-9A-F]{12}").all()
    assert not {"ann", "dai", "a", "f"} & {str(cell) for cell in page.to_numpy().ravel()}


def test_a_mask_stays_from_question_to_question_and_from_load_to_load(publish: Publish) -> None:
    first = publish(LOG)
    page = _page(first)
    publish("id | at | outcome\nz | 2026-10-08 | refused")
    again = _page(open_snapshot(first.path.parent.parent), "rows", until=date(2026, 10, 7))

    assert set(page["applicant"].dropna()) < set(again["applicant"].dropna())
    assert set(page["attempt"]) < set(again["attempt"])


def test_two_homes_mask_differently(publish: Publish, tmp_path: Path) -> None:
    snapshot = publish(LOG)
    shutil.copytree(snapshot.path.parent.parent, tmp_path / "other", ignore=shutil.ignore_patterns("hash.key"))

    assert set(_page(snapshot)["attempt"]).isdisjoint(_page(open_snapshot(tmp_path / "other"))["attempt"])


def test_the_key_is_readable_for_its_owner_only(publish: Publish) -> None:
    snapshot = publish(LOG)
    home = Home(snapshot.path.parent.parent)

    assert mask_key(home, snapshot.id) == mask_key(home, snapshot.id)
    assert home.hash_key.stat().st_mode & 0o077 == 0


def test_only_parts_that_the_snapshot_lists_are_read(publish: Publish) -> None:
    snapshot = publish(LOG)
    part = Path(snapshot.path.parent.parent / Rows(snapshot, Question(("rows",))).parts[0].path)
    shutil.copy(part, part.with_name("stray.parquet"))

    assert len(_page(snapshot, "rows")) == 6


def test_days_without_such_rows_are_not_even_opened(publish: Publish) -> None:
    snapshot = publish(LOG)
    rows = Rows(snapshot, Question(("withdrawn",)))
    for part in rows.parts:
        if part.day != "2026-10-07":
            (rows.home.root / part.path).unlink()

    assert len(rows.page(0, 100)) == 1


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda path: path.write_bytes(b"PAR1" + path.read_bytes()[4:-1] + b"?")]
)
def test_a_part_that_is_missing_or_changed_is_named(spoil: Callable[[Path], object], publish: Publish) -> None:
    snapshot = publish(LOG)
    rows = Rows(snapshot, Question(("refusals",)))
    last = rows.home.root / rows.parts[-1].path
    spoil(last)

    with pytest.raises(DamagedSnapshot, match=f"{last.name} is missing or changed"):
        rows.page(0, 2)
    assert len(rows.page(2, 2)) == 2


def test_a_snapshot_that_was_copied_alone_has_no_store(publish: Publish, tmp_path: Path) -> None:
    snapshot = publish(LOG)
    copied = tmp_path / "copied"
    shutil.copytree(snapshot.path.parent, copied / "snapshots")
    shutil.copy(snapshot.path.parent.parent / "CURRENT", copied)
    rows = Rows(open_snapshot(copied), Question(("refusals",)))

    assert Rows(snapshot, Question(("refusals",))).has_store
    assert not rows.has_store
    assert rows.total == 4


@pytest.mark.parametrize(
    ("metric", "counted"),
    [
        ("refusal_rate", "refusals"),
        ("refusal_share", "refusals"),
        ("amount_refused", "refusals"),
        ("amount_requested", "attempts"),
        ("approval_rate", "approved"),
        ("withdrawn_share", "withdrawn"),
        ("pending_share", "pending"),
        ("rows", "rows"),
    ],
)
def test_behind_a_number_are_the_rows_of_its_numerator(metric: str, counted: str) -> None:
    assert behind(metric) == counted


def test_a_number_that_nobody_knows_has_no_rows() -> None:
    with pytest.raises(UnknownName, match="unknown metric 'refusal_rat'"):
        behind("refusal_rat")


def test_a_reason_is_said_with_its_cause_in_both_languages(publish: Publish) -> None:
    snapshot = publish("outcome | reasons\nrefused | _ U201 Z999")
    page = _page(snapshot)

    [english] = spoken(page, ["reasons"], snapshot, Language.EN).iloc[0]
    [chinese] = spoken(page, ["reasons"], snapshot, Language.ZH).iloc[0]

    assert [part.partition(" ")[0] for part in english.split("; ")] == ["No", "U201", "Z999"]
    assert chinese.count("；") == 2
    assert chinese.endswith("Z999（代码未收录）")


def test_the_rows_are_those_that_pandas_finds_in_the_raw_log(synthetic_home: Path) -> None:
    snapshot = open_snapshot(synthetic_home)
    since, until = date(2026, 10, 4), date(2026, 10, 31)
    where = {"cause": Selection(("policy",)), "region": Selection(("CN-GD", "CN-HB"), is_except=True)}
    page = Rows(snapshot, Question(("refusals",), where=where, since=since, until=until)).page(0, 100_000)

    log = recount.refused(recount.between(recount.raw_log(synthetic_home), since, until))
    found = log[(log["cause"] == "policy") & ~log["region"].isin(["CN-GD", "CN-HB"])]

    local = found["attempted_at"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%dT%H:%M:%S")
    assert len(page) == len(found) > 20
    assert page["attempted_at"].tolist() == sorted(local, reverse=True)
    assert page["amount_requested"].sum() == pytest.approx(float(found["amount_requested"].astype(float).sum()))
    assert page["applicant"].nunique() == found["applicant_id"].nunique()
