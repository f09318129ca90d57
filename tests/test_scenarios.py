"""Scenarios: the shipped ones plant what their name says, a broken one gets one line, the README shows every key."""

import re
import tomllib
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import pytest

from etl.errors import RefusalLensError
from synthetic_data.incidents import SCOPES, Incident, Onset
from synthetic_data.plausible import MOST_INCIDENTS
from synthetic_data.scenario import EVENT_KINDS, FOLDER, LAYERS, load_scenario, scenario_names
from synthetic_data.shifts import SHIFT_SCOPES, Shift

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")

ONSETS = {
    "region_policy": Onset.STEP,
    "carrier_outage": Onset.PULSE,
    "gray_release": Onset.RING,
    "overload": Onset.LOAD,
    "data_delay": Onset.STEP,
    "score_recalibration": Onset.STEP,
    "system_regression": Onset.STEP,
    "partner_quota": Onset.STEP,
}
CONFOUNDERS = {"campaign": "campaign", "holiday_trough": "holiday", "new_channel": "new_channel"}
FIRST, LAST = date(2025, 11, 1), date(2026, 10, 31)
SIXTY_DAYS = datetime(2026, 9, 2)  # noqa: DTZ001 (local times of the world have no zone)

# ------------------------------------------------------------------------------------------- what is shipped


def test_every_kind_of_incident_and_every_confounder_has_its_scenario() -> None:
    assert {"default", "calm", *ONSETS, *CONFOUNDERS} == set(scenario_names())


@pytest.mark.parametrize("name", scenario_names())
def test_a_shipped_scenario_says_first_what_happens_and_happens_in_the_default_year(name: str) -> None:
    scenario = load_scenario(name)
    head = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").split("\n[[")[0].strip().splitlines()

    assert scenario.name == name
    assert all(one.touches(FIRST, LAST) for one in (*scenario.incidents, *scenario.shifts))
    assert all(line.startswith("#") for line in head)
    if name != "default":
        assert len(head) in (2, 3)
        assert "To be seen:" in " ".join(head)
        assert "Quiet:" in " ".join(head)


@pytest.mark.parametrize(("name", "onset"), ONSETS.items())
def test_an_incident_scenario_plants_one_incident_of_its_kind_and_nothing_else(name: str, onset: Onset) -> None:
    scenario = load_scenario(name)
    (incident,) = scenario.incidents

    assert (name, onset, ()) == (incident.kind, incident.onset, scenario.shifts)
    assert name == "overload" or incident.start > SIXTY_DAYS
    assert {notice.id for notice in scenario.notices}.isdisjoint({incident.id})


@pytest.mark.parametrize(("name", "kind"), CONFOUNDERS.items())
def test_a_confounder_moves_demand_and_plants_no_incident(name: str, kind: str) -> None:
    scenario = load_scenario(name)
    (shift,) = scenario.shifts

    assert ((), kind) == (scenario.incidents, shift.kind)
    assert (shift.factor < 1) is (name == "holiday_trough")
    assert (shift.channel == "wallet") is (name == "new_channel")


def test_the_default_year_holds_every_kind_and_a_campaign_that_the_calendar_knows() -> None:
    scenario = load_scenario("default")

    assert set(ONSETS) <= {incident.kind for incident in scenario.incidents}
    assert [shift.kind for shift in scenario.shifts] == ["campaign"]
    assert "promotion" in {notice.kind for notice in scenario.notices}


def test_a_shift_touches_its_days_and_not_the_midnight_at_its_end() -> None:
    shift = load_scenario("campaign").shifts[0]
    before, first, last, end = (date(2026, 10, day) for day in (11, 12, 26, 27))

    assert [shift.touches(day, day) for day in (before, first, last, end)] == [False, True, True, False]


# ------------------------------------------------------------------------------------------- what is refused

INCIDENT = {
    "id": '"x"',
    "kind": '"k"',
    "layer": '"user"',
    "start": "2026-01-01T00:00:00",
    "end": "2026-01-05T00:00:00",
    "onset": '"step"',
    "effect": "{ P101 = 0.5 }",
}
SHIFT = {
    "id": '"s"',
    "kind": '"campaign"',
    "start": "2026-01-01T00:00:00",
    "end": "2026-01-05T00:00:00",
    "factor": "1.5",
}


def table(name: str, usual: dict[str, str], **other: str) -> str:
    return "\n".join([f"[[{name}]]", *(f"{key} = {value}" for key, value in (usual | other).items())])


def incident(**other: str) -> str:
    return table("incidents", INCIDENT, **other)


def shift(**other: str) -> str:
    return table("shifts", SHIFT, **other)


BROKEN = {
    "incident: an id that looks like two": (incident(id='"a|b"'), r"incident 'a\|b': id must not hold '\|'"),
    "nested too deep": ("a = " + "[" * 3_000, r"broken\.toml: not valid TOML: "),
    "a number too long": ("a = " + "9" * 5_000, r"broken\.toml: not valid TOML: "),
    "shift: unknown key": (shift(effect="1"), r"broken\.toml: shift 's': key: unknown name 'effect'"),
    "shift: key left out": (shift().replace("factor", "#"), r"shift 's': 'factor' is missing"),
    "shift: unknown scope": (
        shift(scope='{ app_version = ["7.6.0"] }'),
        r"shift 's': scope: unknown name 'app_version'",
    ),
    "shift: unknown persona": (
        shift(scope='{ persona = ["yuong"] }'),
        r"shift 's': scope: persona: unknown name 'yuong'; did you mean young\?",
    ),
    "shift: unknown channel": (shift(channel='"walet"'), r"channel: unknown name 'walet'; did you mean wallet, "),
    "shift: no channel": (shift(channel='""'), r"shift 's': channel = '' must be a text"),
    "shift: trough into a channel": (
        shift(factor="0.5", channel='"wallet"'),
        r"channel takes the additional attempts, and factor = 0\.5 adds none",
    ),
    "shift: negative": (shift(factor="-0.1"), r"factor = -0\.1 must be at least 0, not 1 and at most 20"),
    "shift: no change": (shift(factor="1.0"), r"factor = 1\.0 must be at least 0"),
    "shift: too much": (shift(factor="21"), r"factor = 21 must be at least 0"),
    "shift: no number": (shift(factor="nan"), r"factor = nan must be at least 0"),
    "shift: a yes": (shift(factor="true"), r"factor = True must be at least 0"),
    "shift: a word": (shift(factor='"much"'), r"factor = 'much' must be at least 0"),
    "shift: a date for a time": (shift(end="2026-01-05"), r"shift 's': start and end must be local times"),
    "shift: backwards": (shift(end="2025-01-05T00:00:00"), r"shift 's': end 2025-01-05 00:00:00 is not after start"),
    "no such day": (shift(end="2026-02-30T00:00:00"), r"broken\.toml: not valid TOML"),
    "shifts: no tables": ("shifts = 5", r"shifts must be tables, each under \[\[shifts\]\]"),
    "an id twice": (incident() + "\n" + incident(effect="{ P102 = 0.1 }"), r"broken\.toml: incident 'x' occurs twice"),
    "an id for both": (incident() + "\n" + shift(id='"x"'), r"broken\.toml: shift 'x' occurs twice"),
    "a shift twice": (shift() + "\n" + shift(), r"broken\.toml: shift 's' occurs twice"),
    "the same dice": (
        incident() + "\n" + incident(id='"y"', start="2026-01-04T12:00:00", end="2026-01-06T00:00:00"),
        r"broken\.toml: incidents 'x' and 'y' both raise P101 for the same attempts "
        r"from 2026-01-04 12:00:00 to 2026-01-05 00:00:00",
    ),
    "the same dice, by different keys": (
        incident(scope='{ region = ["CN-SC"] }') + "\n" + incident(id='"y"', scope='{ os = ["iOS"] }'),
        r"incidents 'x' and 'y' both raise P101",
    ),
    "the same dice, by one value": (
        incident(scope='{ os = ["iOS", "web"] }') + "\n" + incident(id='"y"', scope='{ os = ["Android", "iOS"] }'),
        r"incidents 'x' and 'y' both raise P101",
    ),
    "recalled": (
        incident(scope='{ app_version = ["7.4.0"] }'),
        r"incident 'x': scope: app_version: nobody runs 7\.4\.0 while it lasts, only from 2026-07-07 to 2026-07-18",
    ),
    "not yet released": (
        incident(scope='{ app_version = ["7.1.0", "7.6.0"] }'),
        r"app_version: nobody runs 7\.6\.0 while it lasts, only from 2026-10-08 to 2028-04-25",
    ),
    "not yet for everybody": (
        incident(
            scope='{ app_version = ["7.6.0"], release_ring = ["stable"] }',
            start="2026-10-10T00:00:00",
            end="2026-10-12T00:00:00",
        ),
        r"nobody runs 7\.6\.0 in the ring 'stable' while it lasts, only from 2026-10-20 to 2028-04-25",
    ),
    "never for everybody": (
        incident(scope='{ app_version = ["7.4.0"], release_ring = ["stable"] }'),
        r"nobody runs 7\.4\.0 in the ring 'stable' while it lasts, ever: it was recalled before",
    ),
    "no gray ring": (
        incident(scope='{ release_ring = ["gray"] }'),
        r"release_ring: no version is in its gray ring while it lasts; the nearest is 7\.2\.0, from 2026-01-13 to",
    ),
    "a ring without version": (
        incident(onset='"ring"'),
        r"incident 'x': onset 'ring' needs the version whose ring it is: scope = \{ app_version = \['7\.2\.0'\] \}",
    ),
    "a ring at another time": (
        incident(onset='"ring"', scope='{ app_version = ["7.1.0"] }'),
        r"onset 'ring': the gray ring of 7\.1\.0 lasts from 2025-11-25 to 2025-12-06; start and end must lie in it",
    ),
    "a stable ring": (
        incident(onset='"ring"', scope='{ app_version = ["7.1.0"], release_ring = ["stable"] }'),
        r"scope: release_ring: onset 'ring' hits the ring 'gray' only",
    ),
    "too many": (
        "\n".join(
            incident(id=f'"{n}"', start=f"20{n + 20}-01-01T00:00:00", end=f"20{n + 20}-01-02T00:00:00")
            for n in range(MOST_INCIDENTS + 1)
        ),
        r"broken\.toml: 65 incidents are more than 64",
    ),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_scenario_gets_one_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(RefusalLensError, match=message) as caught:
        load_scenario(str(path))
    assert "\n" not in str(caught.value)


def test_two_notices_of_one_id_get_one_line(tmp_path: Path) -> None:
    notice = '[[notices]]\nid = "n"\nstart = 2026-01-01\nlast = 2026-01-02\nkind = "notice"\nen = "e"\nzh = "z"\n'
    path = tmp_path / "broken.toml"
    path.write_text(notice + notice, encoding="utf-8")

    with pytest.raises(RefusalLensError, match=r"broken\.toml: notice 'n' occurs twice"):
        load_scenario(str(path))


ALLOWED = {
    "one after the other": incident()
    + "\n"
    + incident(id='"y"', start="2026-01-05T00:00:00", end="2026-01-06T00:00:00"),
    "side by side": incident(scope='{ os = ["iOS"] }') + "\n" + incident(id='"y"', scope='{ os = ["Android"] }'),
    "other reasons": incident() + "\n" + incident(id='"y"', effect="{ P102 = 0.5, cut_off = 5 }"),
    "no app": incident(scope='{ app_version = [""] }'),
    "old versions": incident(scope='{ app_version = ["7.0.2", "7.1.0"], release_ring = ["stable"] }'),
    "load in a scope": incident(
        onset='"load"',
        effect="{ P301 = 0.5 }",
        scope='{ channel = ["app"] }',
        start="2025-11-11T00:00:00",
    ),
    "a shift over an incident": incident() + "\n" + shift() + "\n" + shift(id='"t"', factor="0"),
    "nothing": "",
}


@pytest.mark.parametrize("content", ALLOWED.values(), ids=list(ALLOWED))
def test_what_makes_sense_loads(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content, encoding="utf-8")

    assert len(load_scenario(str(path)).incidents) == content.count("[[incidents]]")


# ------------------------------------------------------------------------------------------- what the README says


def test_the_example_of_the_readme_loads_and_shows_every_key(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "my.toml"
    path.write_text(example, encoding="utf-8")
    scenario, written = load_scenario(str(path)), tomllib.loads(example)

    assert [len(scenario.incidents), len(scenario.notices), len(scenario.shifts)] == [1, 1, 1]
    assert {field.name for field in fields(Incident)} == set(written["incidents"][0])
    assert {field.name for field in fields(Shift)} == set(written["shifts"][0])
    assert {"id", "start", "last", "kind", "region", "en", "zh"} == set(written["notices"][0])


def test_the_readme_names_every_key_and_every_short_list_of_values() -> None:
    about = README[README.index("## Invent a world") : README.index("## Words")]
    rows = {row.split("|")[1].strip(): row for row in about.splitlines() if row.startswith("| ")}
    keys = {key for row in rows for key in re.split(r", | or ", row.removeprefix("· "))}

    assert {field.name for one in (Incident, Shift) for field in fields(one)} <= keys
    assert {*SCOPES, *SHIFT_SCOPES} <= keys
    assert all(f"{onset}: " in rows["layer, onset"] for onset in Onset)
    assert all(layer in rows["layer, onset"] for layer in LAYERS)
    assert all(kind in rows["id, kind"] for kind in EVENT_KINDS)
    for name in ("channel", "product", "partner", "os", "persona"):
        (row,) = (row for key, row in rows.items() if key.startswith("· ") and name in re.split(r", |· ", key))
        assert all(value in row for value in SHIFT_SCOPES[name])
