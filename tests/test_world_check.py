"""The self-check of a world: laws that break one at a time, and what it says of small and large worlds."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from drawn_world import NOTHING_DONE, DrawnWorld, attempt, incident, shown

from synthetic_data import write_world
from synthetic_data.check import Report, check_world
from synthetic_data.files import Format

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
OUTAGE = incident("outage", "2026-03-03T08:00", "2026-03-03T12:00", {"T103": 0.9}, scope={"region": ["CN-GD"]})


def drawn() -> DrawnWorld:
    """Two lawful days: an outage, retries, one of them past midnight, and everything that a law looks at."""
    told = {**OUTAGE, "refusals_caused": 2, "amount_caused": 12_000, "attempts_induced": 1, "lending_lost": -5}
    return DrawnWorld.of(
        attempt("calm", "2026-03-03 07:00"),
        attempt("many", "2026-03-03 07:30", "U301|P101|U101"),
        attempt("hit", "2026-03-03 08:10", "T103"),
        attempt("again", "2026-03-03 08:12", "T103"),
        attempt("third", "2026-03-03 08:20"),
        attempt("elsewhere", "2026-03-03 08:30", region="CN-SC"),
        attempt("late", "2026-03-03 23:50", "U302"),
        attempt("early", "2026-03-04 00:40", "U302", region="CN-SC"),
        incidents=[told],
        truth={
            TUESDAY: [
                {"attempt_id": "hit", "root_attempt_id": "hit", "incident_id": "outage", "role": "refused"},
                {**told_of("again", "hit", 2), "incident_id": "outage", "role": "refused"},
                {**told_of("third", "hit", 3), "incident_id": "outage", "role": "induced"},
            ],
            WEDNESDAY: [told_of("early", "late", 2)],
        },
    )


def told_of(id: str, root: str, number: int) -> dict[str, Any]:
    return {"attempt_id": id, "root_attempt_id": root, "attempt_number": number}


def edit(world: DrawnWorld, id: str, **values: Any) -> None:
    """Changes a line of the log."""
    for frame in world.log.values():
        for name, value in values.items():
            if name.endswith("_at"):
                value = pd.Timestamp(value, tz="Asia/Shanghai")
            frame.loc[frame["attempt_id"] == id, name] = value


def tell(world: DrawnWorld, place: int, **values: Any) -> None:
    """Changes a line of the truth of Tuesday."""
    world.truth[TUESDAY][place] |= values


def broken(report: Report) -> dict[str, int]:
    return {law.name: law.broken for law in report.laws if not law.holds}


# ------------------------------------------------------------------------------------------- laws


def test_a_lawful_world_breaks_no_law_and_every_law_is_checked(tmp_path: Path) -> None:
    report = check_world(drawn().write(tmp_path))

    assert broken(report) == {}
    assert all(law.checked for law in report.laws)
    assert len(report.laws) == 22
    assert report.passes


EACH_DAY = "the manifest lists each day of the world once, in order"
BY_BYTE = "each file is as it was written, by its hash"
SUMMED = "the rows of all files are those of the world"
LISTED = "each file holds the rows and refusals that the manifest lists"
NOTED = "manifest and journal say the same of each day"
UNIQUE = "attempt ids are unique within a day"
ON_ITS_DAY = "an attempt is in the file of its day"
IN_TIME = "attempts stand in the order of time"
OUTCOME = "each outcome is one of the contract"
ONLY_REFUSALS = "only refusals carry reasons"
WITH_A_REASON = "a refusal has a reason, but for the few that the recorder loses"
IN_ORDER = "reasons stand in the order of the waterfall, the primary one first and none twice"
ALONE = "behind a technical failure nothing else is listed or evaluated"
LATER = "nothing is decided before it is attempted"
NUMBERED = "tries are numbered 1 to 4 without a gap, from a root at most a day before"
FOLLOWS = "a retry comes after the refusal before it"
CAUSED = "the truth names refusals of the log, in the scope and time of their incident"
ADDED_UP = "incidents.json, overlaps.json and total.json add up the days of the journal"
WHOLE = "what incidents and their overlaps did adds up to the whole"
COUNTED = "incidents.json counts the rows of the truth, and their money in the log"
AS_MANY = "as many rows are labelled as the world spoils, but for chance"


def silence(world: DrawnWorld) -> None:
    """No refusal says why."""
    for frame in world.log.values():
        frame["reason_codes"] = None
        frame["evaluation"] = "all"


Change = Callable[[DrawnWorld], object]
BREAKS: list[tuple[str, str, Change]] = [
    ("an id twice", UNIQUE, lambda w: edit(w, "elsewhere", attempt_id="calm")),
    ("a missing id", UNIQUE, lambda w: edit(w, "elsewhere", attempt_id=None)),
    ("a line of another day", ON_ITS_DAY, lambda w: edit(w, "calm", attempted_at="2026-03-02 07:00")),
    ("two lines that changed places", IN_TIME, lambda w: edit(w, "calm", attempted_at="2026-03-03 07:31")),
    ("an outcome of nobody's", OUTCOME, lambda w: edit(w, "calm", outcome="vanished")),
    ("no outcome", OUTCOME, lambda w: edit(w, "calm", outcome=None)),
    ("no reasons", WITH_A_REASON, silence),
    ("an approval with a reason", ONLY_REFUSALS, lambda w: edit(w, "calm", reason_codes="U101")),
    ("the primary one last", IN_ORDER, lambda w: edit(w, "many", reason_codes="U101|U301")),
    ("a reason twice", IN_ORDER, lambda w: edit(w, "many", reason_codes="U101|U101")),
    ("two technical failures", ALONE, lambda w: edit(w, "hit", reason_codes="T103|T201")),
    ("a failure and everything evaluated", ALONE, lambda w: edit(w, "hit", evaluation="all")),
    ("a user's reason evaluated to the first", ALONE, lambda w: edit(w, "late", evaluation="first-fail")),
    ("decided too early", LATER, lambda w: edit(w, "calm", decided_at="2026-03-03 06:59")),
    ("another number of rows", LISTED, lambda w: w.days.update({TUESDAY: {"rows": 7, "refusals": 5}})),
    ("another number of refusals", LISTED, lambda w: w.days.update({TUESDAY: {"refusals": 5}})),
    ("another sum of rows", SUMMED, lambda w: w.manifest.update(rows=9)),
    ("a day that is not listed", EACH_DAY, lambda w: w.manifest.update(last_day="2026-03-05")),
    ("a file that is not listed", EACH_DAY, lambda w: w.manifest.update(files=[])),
    ("another digest", NOTED, lambda w: w.days.update({TUESDAY: {"digest": "x"}})),
    ("a gap in the numbers", NUMBERED, lambda w: tell(w, 2, attempt_number=4)),
    ("a fifth try", NUMBERED, lambda w: w.truth[WEDNESDAY][0].update(attempt_number=5)),
    ("a root that nobody knows", NUMBERED, lambda w: w.truth[WEDNESDAY][0].update(root_attempt_id="x")),
    ("two second tries", NUMBERED, lambda w: w.truth[TUESDAY].append(told_of("elsewhere", "hit", 2))),
    ("a retry before its refusal", FOLLOWS, lambda w: edit(w, "third", attempted_at="2026-03-03 08:11")),
    ("a retry after an approval", FOLLOWS, lambda w: tell(w, 2, root_attempt_id="calm", attempt_number=2)),
    ("a cause out of scope", CAUSED, lambda w: edit(w, "hit", region="CN-SC")),
    ("a cause before its time", CAUSED, lambda w: edit(w, "hit", attempted_at="2026-03-03 07:59")),
    ("a cause that nobody planted", COUNTED, lambda w: tell(w, 2, incident_id="other")),
    ("a role that there is not", CAUSED, lambda w: tell(w, 0, role="told")),
    ("another count", COUNTED, lambda w: w.incidents[0].update(refusals_caused=3)),
    ("another count of retries", COUNTED, lambda w: w.incidents[0].update(attempts_induced=2)),
    ("refusals that came of it", COUNTED, lambda w: w.incidents[0].update(refusals_induced=1)),
    ("another amount", COUNTED, lambda w: w.incidents[0].update(amount_caused=12_001)),
    ("another sum than that of the days", ADDED_UP, lambda w: w.sums.update(outage={**done(w), "lending_lost": 9})),
    ("an incident that is only in the journal", ADDED_UP, lambda w: w.sums.update(other=done(w))),
    ("more in all than by each", WHOLE, lambda w: w.total.update(loans_lost=1)),
    ("labels in a clean world", AS_MANY, lambda w: w.labels.update({TUESDAY: {"hit": "drawn"}})),
    ("no labels in a dirty world", AS_MANY, lambda w: w.manifest.update(dirty=0.99)),
]


def done(world: DrawnWorld) -> dict[str, int]:
    """What the outage did, as the journal says."""
    return {name: world.incidents[0][name] for name in NOTHING_DONE}


@pytest.mark.parametrize(("law", "change"), [(law, change) for _, law, change in BREAKS], ids=[b[0] for b in BREAKS])
def test_a_law_that_is_broken_once_is_reported_alone(tmp_path: Path, law: str, change: Change) -> None:
    world = drawn()
    change(world)
    report = check_world(world.write(tmp_path))

    assert law in broken(report)
    assert len(broken(report)) <= 2
    assert not report.passes


def test_a_cause_that_was_approved_or_is_not_in_the_log_breaks_the_law(tmp_path: Path) -> None:
    world = drawn()
    edit(world, "again", outcome="approved", reason_codes=None, evaluation="all")
    tell(world, 0, attempt_id="nobody", root_attempt_id="nobody")

    assert broken(check_world(world.write(tmp_path)))[CAUSED] == 2


def test_an_overlap_must_fit_one_of_its_incidents_and_is_counted(tmp_path: Path) -> None:
    world = drawn()
    world.incidents.append({**OUTAGE, "id": "other", "scope": {"os": ["Android"]}})
    world.incidents[0] |= {"refusals_caused": 1, "amount_caused": 6_000}
    world.overlaps = [{**NOTHING_DONE, "incidents": ["outage", "other"], "refusals_caused": 1, "amount_caused": 6_000}]
    tell(world, 0, incident_id="outage|other")
    assert broken(check_world(world.write(tmp_path / "fits"))) == {}

    world.incidents[0]["scope"] = {"os": ["Android"]}
    assert broken(check_world(world.write(tmp_path / "does not"))) == {CAUSED: 2}


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    home = drawn().write(tmp_path)
    (home / "logs" / "attempts-2026-03-04.parquet").unlink()

    assert broken(check_world(home)) == {LISTED: 2, BY_BYTE: 1}


def test_rows_that_were_spoiled_on_purpose_are_left_out_and_counted(tmp_path: Path) -> None:
    world = drawn()
    edit(world, "calm", reason_codes="X777", decided_at="2026-03-03 01:00")
    edit(world, "hit", attempted_at="2026-03-03 00:10")
    world.manifest["dirty"] = 0.4
    world.labels = {TUESDAY: {"calm": "unknown_code", "hit": "clock_skew"}}
    report = check_world(world.write(tmp_path))

    assert broken(report) == {}
    assert (report.attempts, report.spoiled) == (6, 2)
    assert "6 attempts, 2 spoiled rows left out" in shown(report)


@pytest.mark.parametrize("format", Format)
def test_the_format_of_the_log_makes_no_difference(tmp_path: Path, format: Format) -> None:
    report = check_world(drawn().write(tmp_path / "one"))

    assert check_world(drawn().write(tmp_path / "other", format)) == report


# ------------------------------------------------------------------------------------------- whole worlds


def test_a_world_of_three_thousand_attempts_says_that_it_lacks_the_power_and_passes(tmp_path: Path) -> None:
    write_world(tmp_path, attempts=3_000, days=120)
    report = check_world(tmp_path)

    assert report.passes
    assert len(report.recoveries) >= 3
    assert all(recovery.verdict.startswith(("too few", "nothing to")) for recovery in report.recoveries)
    assert {silence.tests for silence in report.silences if silence.dimension != "everybody"} == {0}
    assert "too few attempts: needs about" in shown(report)


def test_the_default_world_passes(tmp_path: Path) -> None:
    write_world(tmp_path, attempts=240_000)
    report = check_world(tmp_path)

    assert broken(report) == {}
    assert sum(recovery.is_found for recovery in report.recoveries) >= len(report.recoveries) - 2
    assert report.passes
