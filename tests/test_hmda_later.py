"""HMDA files of other makes: codes beside or instead of labels until 2017, four reasons and exemptions from 2018 on."""

import re
from pathlib import Path

import pytest
from conftest import load
from test_app import open_view, texts

from etl.catalogue import load_catalogue
from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import UNKNOWN, Snapshot
from etl.words import Language

EARLIER = (
    "as_of_year,action_taken,denial_reason_1,denial_reason_2,denial_reason_3,state_code,loan_purpose,loan_amount_000s"
)
CODES = """
2016,1,,,,06,1,250
2016,3,3,1,,6,3,100
2017,7,9,,,48,1,80
2017,6,,,,11,1,90
2017,3,3,,,36,Refinancing,70
2017,3,,,,NA,2,NA
"""
LATER = (
    "activity_year,state_code,action_taken,loan_purpose,loan_amount,"
    "denial_reason{0}1,denial_reason{0}2,denial_reason{0}3,denial_reason{0}4"
)
QUIRKS = """
2018,CA,1,1,255000,10,,,
2018,CA,3,32,105000,3,1,4,9
2018,TX,3,31,5000,1111,,,
2018,NA,3,1,NA,7,,,
2019,PR,7,1,95000,6,NA,,
2019,AS,4,4,85000,10,,,
2019,NY,6,1,75000,10,,,
2019,NY,8,1,75000,10,,,
2019,NY,5,5,75000,10,,,
2019,NY,3,1,75000,12,,,
"""
MAKES = [("hmda2018", "-", ","), ("hmda2018_snapshot", "_", "|")]


def _file(folder: Path, name: str, header: str, rows: str, delimiter: str = ",") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows.split()]).replace(",", delimiter) + "\n", encoding="utf-8")
    return path


def _counts(snapshot: Snapshot, by: str, metric: str = "refusals", **options: object) -> dict[str, int]:
    frame = ask(snapshot, Question((metric,), (by,), **options))  # type: ignore[arg-type]
    return {str(key): count for key, count in zip(frame[by], frame[metric], strict=True) if count}


@pytest.fixture(scope="module", params=MAKES, ids=[name for name, *_ in MAKES])
def later(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    profile, dash, delimiter = request.param
    folder = tmp_path_factory.mktemp(profile)
    return load(folder / "home", _file(folder, "later.csv", LATER.format(dash), QUIRKS, delimiter), profile=profile)


def _days_written(home: Path) -> list[str]:
    """What reads like a day on the views of a log that knows years only; the day of publishing is a real one."""
    day = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]{2} \d{4}|\d+月\d+日")
    shown = [
        text
        for view in ("overview", "causes", "time", "data")
        for language in Language
        for text in texts(open_view(home, view, language))
    ]
    assert any("hmda 2018" in text for text in shown)
    return [text for text in shown if day.search(text) and "published" not in text and "发布于" not in text]


def test_actions_become_outcomes_and_stages(later: Snapshot) -> None:
    assert _counts(later, "outcome", "rows") == {
        "approved": 2,
        "refused": 5,
        "withdrawn": 2,
        "excluded": 1,
    }
    assert _counts(later, "stage", "rows") == {"application": 7, "preapproval": 2, "purchase": 1}


def test_four_reasons_are_kept_in_their_places_and_not_applicable_is_none(later: Snapshot) -> None:
    assert _counts(later, "reason") == {"hmda:3": 1, "hmda:1111": 1, "hmda:7": 1, "hmda:6": 1, "hmda:12": 1}
    mentioned = _counts(later, "reason", attribution=Attribution.ANY)
    assert {"hmda:1", "hmda:3", "hmda:4", "hmda:9"} <= set(mentioned)
    assert later.quarantine().query("rule == 'reason_without_refusal'").empty


def test_an_exempt_lender_gives_no_reason_and_a_code_nobody_knows_is_listed(later: Snapshot) -> None:
    assert _counts(later, "cause")["unspecified"] == 1
    assert dict(later.unmapped().itertuples(index=False)) == {"hmda:12": 1}
    assert later.label("reason", "hmda:1111", "en") == "Exempt from telling the reason"


def test_states_territories_and_none(later: Snapshot) -> None:
    regions = _counts(later, "region", "rows")

    assert regions == {"US-CA": 2, "US-TX": 1, "US-PR": 1, "US-AS": 1, "US-NY": 4, UNKNOWN: 1}
    assert set(regions) - {UNKNOWN} <= set(load_catalogue().regions)


def test_amounts_are_dollars_and_not_available_is_not_zero(later: Snapshot) -> None:
    kept = {"region": Selection((UNKNOWN,))}
    nothing = ask(later, Question(("amount_refused",), where=kept))["amount_refused"].item()

    assert ask(later, Question(("amount_refused",)))["amount_refused"].item() == 105_000 + 5_000 + 95_000 + 75_000
    assert nothing != nothing, "missing, not 0"


def test_codes_of_the_earlier_files_mean_what_their_labels_mean(tmp_path: Path) -> None:
    snapshot = load(tmp_path / "home", _file(tmp_path, "codes.csv", EARLIER, CODES), profile="hmda2014")

    assert _counts(snapshot, "outcome", "rows") == {"approved": 1, "refused": 4, "excluded": 1}
    assert _counts(snapshot, "reason") == {"hmda:3": 2, "hmda:9": 1, "unspecified": 1}
    assert _counts(snapshot, "region", "rows") == dict.fromkeys(("US-TX", "US-DC", "US-NY", UNKNOWN), 1) | {"US-CA": 2}
    assert _counts(snapshot, "product", "rows") == {"Home purchase": 3, "Refinancing": 2, "Home improvement": 1}
    assert ask(snapshot, Question(("amount_refused",)))["amount_refused"].item() == 250_000


def test_where_files_until_2017_and_from_2018_share_a_home_the_code_list_breaks(tmp_path: Path) -> None:
    load(tmp_path / "home", _file(tmp_path, "earlier.csv", EARLIER, CODES), profile="hmda2014")
    snapshot = load(tmp_path / "home", _file(tmp_path, "later.csv", LATER.format("-"), QUIRKS), profile="hmda2018")

    found = snapshot.scheme_versions()

    assert found["scheme_version"].tolist() == ["2007", "2018"]
    assert found["is_break"].tolist() == [False, True]
    assert [f"{day:%Y}" for day in found["first_day"]] == ["2016", "2018"]
    assert _days_written(tmp_path / "home") == []
    assert _counts(snapshot, "year", "rows") == {
        f"{year}-01-01 00:00:00": count for year, count in ((2016, 2), (2017, 4), (2018, 4), (2019, 6))
    }
