"""Making a world: repeatable, calibrated, in either format, whole files only, one line for what a user gets wrong."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from planted import plain

from etl.catalogue import load_catalogue
from etl.command_line import run
from etl.contract import COLUMN_NAMES
from etl.errors import InvalidValue, RefusalLensError, Stopped, UnknownName
from synthetic_data import World, make_day, make_world, world_id, write_world
from synthetic_data.commands import app
from synthetic_data.scenario import load_scenario

LAST = date(2026, 10, 31)


@pytest.fixture(scope="module")
def small() -> World:
    return make_world(days=10, attempts=5_000)


def test_days_do_not_depend_on_the_days_made_before_them(small: World) -> None:
    forwards = {day: make_day(small, day).log for day in small.days}
    again = make_world(days=10, attempts=5_000)

    assert all(make_day(again, day).log.equals(forwards[day]) for day in reversed(list(again.days)))


def test_another_seed_is_another_world() -> None:
    one, other = (make_day(make_world(days=1, attempts=500, seed=seed), LAST).log for seed in (1, 2))

    assert not one["applicant_id"].equals(other["applicant_id"])


def test_the_manifest_holds_the_hash_of_every_day(tmp_path: Path) -> None:
    summary = write_world(tmp_path, days=3, attempts=900)
    manifest = json.loads((tmp_path / "logs" / "manifest.json").read_text(encoding="utf-8"))
    days = manifest["days"]

    assert (manifest["synthetic"], manifest["is_complete"], len(days)) == (True, True, 3)
    assert summary.attempts == manifest["rows"] == sum(day["rows"] for day in days)
    for day in days:
        assert day["sha256"] == sha256((tmp_path / "logs" / day["file"]).read_bytes()).hexdigest()


def test_about_29_percent_are_refused_and_the_mix_is_the_one_that_was_meant() -> None:
    calm = make_world(days=20, attempts=100_000, scenario="calm", end=date(2026, 6, 10))
    logs = pa.concat_tables([plain(make_day(calm, day).log) for day in calm.days]).to_pandas()
    refused = logs[logs["outcome"] == "refused"]
    codes = refused["reason_codes"].dropna().str.split("|")
    gates = codes.str[0].map({code: reason.gate for code, reason in load_catalogue().reasons.items()})
    mix = gates.value_counts(normalize=True)

    assert 0.27 < len(refused) / logs["outcome"].isin(["approved", "refused"]).sum() < 0.31
    assert logs["outcome"].eq("withdrawn").mean() == pytest.approx(0.04, abs=0.005)
    assert 0.10 < (codes.str.len() > 1).mean() < 0.18
    bands = {"technical": (0.04, 0.09), "account": (0.13, 0.20), "policy": (0.01, 0.04)}
    bands |= {"behaviour": (0.12, 0.19), "credit": (0.32, 0.43), "capacity": (0.16, 0.25)}
    assert {gate: mix[gate] for gate, (low, high) in bands.items() if not low < mix[gate] < high} == {}


def test_a_csv_log_says_the_same_as_a_parquet_log(tmp_path: Path) -> None:
    for kind in ("parquet", "csv"):
        write_world(tmp_path / kind, days=2, attempts=800, format=kind)
    parquet = plain(pq.read_table(tmp_path / "parquet" / "logs" / f"attempts-{LAST}.parquet"))
    options = pyarrow.csv.ConvertOptions(column_types=parquet.schema, strings_can_be_null=True)
    csv = pyarrow.csv.read_csv(tmp_path / "csv" / "logs" / f"attempts-{LAST}.csv", convert_options=options)

    assert csv.equals(parquet)


def test_instants_in_csv_are_utc_and_say_so(tmp_path: Path) -> None:
    write_world(tmp_path, days=1, attempts=200, format="csv")
    lines = (tmp_path / "logs" / f"attempts-{LAST}.csv").read_text(encoding="utf-8").splitlines()

    assert lines[0] == ",".join(COLUMN_NAMES)
    moments = [datetime.fromisoformat(line.split(",")[1]) for line in lines[1:]]
    assert {timedelta(0)} == {moment.utcoffset() for moment in moments}
    assert {LAST} == {(moment + timedelta(hours=8)).date() for moment in moments}


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"unknown scenario 'clam'; did you mean calm"):
        make_world(scenario="clam")


BROKEN_SCENARIOS = {
    "unknown key": ('colour = "red"', r"broken\.toml: incident 'x': key: unknown name 'colour'"),
    "unknown province": ('scope = { region = ["CN-XX"] }', r"scope: region: unknown name 'CN-XX'; did you mean CN-"),
    "unknown code": ("effect = { Z9 = 0.5 }", r"effect: unknown name 'Z9'"),
    "impossible chance": ("effect = { P101 = 1.5 }", r"effect: P101 = 1.5 must be above 0 and at most 1"),
    "end before start": ("end = 2020-01-01T00:00:00", r"end 2020-01-01 00:00:00 is not after start"),
    "a date for a time": ("end = 2020-01-01", r"start and end must be local times such as 2026-03-10T00:00:00"),
    "a word for a chance": ('effect = { P101 = "half" }', r"effect: P101 = 'half' must be above 0"),
    "a scope without a list": ('scope = { region = "CN-SC" }', r"scope: region must be a list such as \['CN-SC'\]"),
    "unknown onset": ('onset = "slow"', r"onset: unknown name 'slow'"),
    "an effect that is no table": ("effect = 5", r"incident 'x': effect = 5 must be a table such as"),
    "no effect": ("effect = {}", r"incident 'x': effect = \{\} must be a table such as"),
    "a yes for a chance": ("effect = { P101 = true }", r"effect: P101 = True must be above 0"),
    "a scope that is no table": ("scope = 5", r"incident 'x': scope = 5 must be a table such as"),
    "a scope of numbers": ("scope = { region = [5] }", r"scope: region must be a list such as \['CN-"),
    "a scope of nobody": ("scope = { region = [] }", r"scope: region must be a list such as \['CN-"),
    "a number for a layer": ("layer = 5", r"incident 'x': layer = 5 must be a text"),
    "a list for an onset": ("onset = [1]", r"incident 'x': onset = \[1\] must be a text"),
    "a number for an id": ("id = 5", r"incident 5: id = 5 must be a text"),
}


@pytest.mark.parametrize(("line", "message"), BROKEN_SCENARIOS.values(), ids=list(BROKEN_SCENARIOS))
def test_a_broken_scenario_is_told_by_file_and_key(tmp_path: Path, line: str, message: str) -> None:
    lines = {
        "id": 'id = "x"',
        "kind": 'kind = "x"',
        "layer": 'layer = "user"',
        "start": "start = 2026-01-01T00:00:00",
        "end": "end = 2026-01-02T00:00:00",
        "onset": 'onset = "step"',
        "effect": "effect = { P101 = 0.5 }",
    }
    lines[line.split(" ")[0]] = line
    path = tmp_path / "broken.toml"
    path.write_text("\n".join(["[[incidents]]", *lines.values()]), encoding="utf-8")

    with pytest.raises(RefusalLensError, match=message):
        load_scenario(str(path))


BROKEN_NOTICES = {
    "a number": ("incidents = 5", r"broken\.toml: incidents must be tables, each under \[\[incidents\]\]"),
    "a list of numbers": ("notices = [1]", r"broken\.toml: notices must be tables, each under \[\[notices\]\]"),
    "no words": ('[[notices]]\nzh = ""', r"notice 'n': zh = '' must be a text"),
    "a number for a region": ("[[notices]]\nregion = 5", r"notice 'n': region = 5 must be a text"),
    "last before start": ("[[notices]]\nlast = 2026-01-01", r"notice 'n': last 2026-01-01 is before start 2026-01-02"),
    "a time with a zone": ("[[notices]]\nlast = 2026-01-05T00:00:00Z", r"notice 'n': start and last must be dates or"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN_NOTICES.values(), ids=list(BROKEN_NOTICES))
def test_a_broken_notice_is_told_by_file_and_key(tmp_path: Path, content: str, message: str) -> None:
    lines = {"id": '"n"', "start": "2026-01-02", "last": "2026-01-03", "kind": '"policy"', "en": '"e"', "zh": '"z"'}
    more = [f"{name} = {value}" for name, value in lines.items() if f"\n{name} =" not in content]
    path = tmp_path / "broken.toml"
    path.write_text("\n".join([content, *(more if "[[" in content else [])]), encoding="utf-8")

    with pytest.raises(InvalidValue, match=message):
        load_scenario(str(path))


WRONG_ARGUMENTS = {
    "--scenario nope": "unknown scenario 'nope'; known: calm, campaign, carrier_outage",
    "--days 0": "--days 0 must be at least 1",
    "--attempts 0": "--attempts 0 must be at least 1",
    "--attempts 9999999999": "is above 5000000 attempts in a day",
    "--days many": "Invalid value for '--days'",
    "--format xml": "Invalid value for '--format'",
    "--end 2026-13-01": "Invalid value for '--end'",
    "--end 9999-12-31": "--end 9999-12-31 must not be after 2099-12-31",
    "--days 99999999999999": "must be at least 1 and not reach back before 2000-01-01",
    f"--attempts 1{'0' * 400}": "is above 5000000 attempts in a day",
    "--colour red": "No such option: --colour",
}


@pytest.mark.parametrize(("arguments", "message"), WRONG_ARGUMENTS.items())
def test_a_wrong_argument_gets_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: str, message: str
) -> None:
    code = run(app, ["--home", str(tmp_path), *arguments.split()])
    said = capsys.readouterr()

    assert code == 2
    assert message in said.err
    assert said.err.count("\n") == 1


def test_the_command_writes_a_world_and_says_what_comes_next(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "synthetic_data", "--home", str(tmp_path), "--days", "2", "--attempts", "300"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)

    assert f"python -m etl build --home {tmp_path}" in done.stderr
    assert len(list((tmp_path / "logs").glob("*.parquet"))) == 2


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["--help"]) == 0
    assert "python -m synthetic_data --home data" in capsys.readouterr().out


def test_a_second_world_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_world(tmp_path, days=3, attempts=200)
    write_world(tmp_path, days=1, attempts=100, format="csv")

    assert [f"attempts-{LAST}.csv", "manifest.json"] == sorted(path.name for path in (tmp_path / "logs").iterdir())


def test_logs_of_somebody_else_are_never_touched(tmp_path: Path) -> None:
    own = tmp_path / "logs" / "mine.csv"
    own.parent.mkdir()
    own.write_text("attempt_id\n1\n", encoding="utf-8")

    with pytest.raises(InvalidValue, match=r"holds logs that no synthetic world wrote"):
        write_world(tmp_path, days=1, attempts=100)
    assert own.exists()


def test_a_stopped_run_leaves_only_whole_days_and_can_be_repeated(tmp_path: Path) -> None:
    def stop_on_the_fourth(day: date) -> None:
        if day == LAST - timedelta(days=1):
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        write_world(tmp_path, days=5, attempts=500, on_day=stop_on_the_fourth)
    manifest = json.loads((tmp_path / "logs" / "manifest.json").read_text(encoding="utf-8"))
    left = list((tmp_path / "logs").glob("*.parquet"))

    assert manifest["is_complete"] is False
    assert [pq.read_table(file).num_columns for file in left] == [len(COLUMN_NAMES)] * 4
    (tmp_path / "logs" / f".attempts-{LAST}.parquet.tmp").write_bytes(b"half")
    write_world(tmp_path, days=2, attempts=500, format="csv")
    left_now = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert left_now == ["attempts-2026-10-30.csv", "attempts-2026-10-31.csv", "manifest.json"]


def _only(home: Path, name: str) -> None:
    """Leaves the log and manifest that a world wrote, and a file beside them that it did not."""
    write_world(home, days=2, attempts=100)
    (home / "logs" / name).write_text("mine", encoding="utf-8")


@pytest.mark.parametrize("name", ["attempts-2020-01-01.csv", "attempts-mine.parquet", "more.csv.gz", "more.tsv"])
def test_a_log_that_the_manifest_does_not_list_stops_a_second_world(tmp_path: Path, name: str) -> None:
    _only(tmp_path, name)
    before = sorted(path.name for path in (tmp_path / "logs").iterdir())

    with pytest.raises(InvalidValue, match=rf"{name} is not part of a synthetic world"):
        write_world(tmp_path, days=1, attempts=100)
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == before


@pytest.mark.parametrize("content", ["[]", "{", '{"files": ["attempts-1.csv"]}', '{"synthetic": "no"}', "[" * 99_999])
def test_a_manifest_of_somebody_else_stops_a_world(tmp_path: Path, content: str) -> None:
    (tmp_path / "logs").mkdir()
    for name, text in (("manifest.json", content), ("attempts-1.csv", "mine")):
        (tmp_path / "logs" / name).write_text(text, encoding="utf-8")

    with pytest.raises(InvalidValue, match=r"manifest\.json is not of a synthetic world"):
        write_world(tmp_path, days=1, attempts=100)
    assert (tmp_path / "logs" / "manifest.json").read_text(encoding="utf-8") == content
    assert (tmp_path / "logs" / "attempts-1.csv").exists()


def test_a_manifest_cannot_name_files_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    facts = {"synthetic": True, "files": ["../mine.csv", 5]}
    (tmp_path / "logs" / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    write_world(tmp_path, days=1, attempts=100)

    assert (tmp_path / "mine.csv").exists()


@pytest.mark.parametrize("is_after_a_world", [True, False])
def test_a_calendar_that_somebody_wrote_stops_a_world(tmp_path: Path, is_after_a_world: bool) -> None:
    if is_after_a_world:
        write_world(tmp_path, days=1, attempts=100)
    (tmp_path / "events.toml").write_text("events = []", encoding="utf-8")

    with pytest.raises(InvalidValue, match=r"events\.toml is not as a synthetic world wrote it"):
        write_world(tmp_path, days=2, attempts=100)
    assert (tmp_path / "events.toml").read_text(encoding="utf-8") == "events = []"
    assert len(list((tmp_path / "logs").glob("*.parquet"))) == is_after_a_world


def test_a_world_is_known_before_it_is_made_and_differs_from_every_other() -> None:
    same = {"days": 2, "attempts": 100}
    others = ({"days": 3}, {"attempts": 101}, {"seed": 1}, {"end": date(2026, 10, 30)}, {"scenario": "calm"})

    assert make_world(**same).id == world_id(**same)
    assert len({world_id(**same), *(world_id(**(same | other)) for other in others)}) == 6
