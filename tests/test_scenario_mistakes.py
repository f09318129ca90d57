"""Scenarios that would do nothing, or harm, without a word: each gets one line with file, key and a way out."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from test_scenarios import incident, shift, table

from etl.errors import InvalidValue, RefusalLensError
from etl.words import Words
from synthetic_data import worlds, write_world
from synthetic_data.almanac import Event
from synthetic_data.applicants import make_applicants
from synthetic_data.attempts import Attempts, make_attempts
from synthetic_data.demand import Demand
from synthetic_data.events import events_toml, known_events
from synthetic_data.incidents import SCOPES
from synthetic_data.places import load_places
from synthetic_data.reach import KINDS
from synthetic_data.scenario import check_days, load_scenario, scenario_names
from synthetic_data.scenario_checks import EARLIEST, LATEST
from synthetic_data.shifts import SHIFT_SCOPES
from synthetic_data.streams import Streams
from synthetic_data.world import CHANNELS

NOTICE = {
    "id": '"n"',
    "start": "2026-01-01",
    "last": "2026-01-02",
    "kind": '"notice"',
    "en": '"e"',
    "zh": '"z"',
}


def notice(**other: str) -> str:
    return table("notices", NOTICE, **other)


def mine(folder: Path, content: str, encoding: str = "utf-8") -> str:
    path = folder / "mine.toml"
    path.write_text(content, encoding=encoding)
    return str(path)


WALLET = shift(channel='"wallet"', scope='{ persona = ["young"] }')
BROKEN = {
    "a channel and another in the scope": (
        shift(channel='"wallet"', scope='{ channel = ["app"] }'),
        r"shift 's': scope: channel: the additional attempts come through 'wallet', and not through another one",
    ),
    "systems that are not in a browser": (
        incident(scope='{ channel = ["web"], os = ["iOS", "Android"] }'),
        r"incident 'x': scope: nobody has channel = \['web'\] and os = \['iOS', 'Android'\]; "
        r"channel like that go with os = 'web'",
    ),
    "a browser in the app": (
        shift(scope='{ os = ["web"], channel = ["app"] }'),
        r"shift 's': scope: nobody has os = \['web'\] and channel = \['app'\]; os like that go with channel = 'web'",
    ),
    "a system and a new channel": (
        shift(channel='"web"', scope='{ os = ["iOS"] }'),
        r"shift 's': scope: nobody has os = \['iOS'\] and channel = \['web'\]",
    ),
    "a version outside the app": (
        incident(scope='{ app_version = ["7.1.0"], channel = ["partner_api", "web"] }'),
        r"nobody has app_version = \['7\.1\.0'\] and channel = \['partner_api', 'web'\]; "
        r"app_version like that go with channel = 'app', 'mini_program'",
    ),
    "a ring outside the app": (
        incident(
            scope='{ release_ring = ["gray"], os = ["web"] }', start="2026-01-14T00:00:00", end="2026-01-15T00:00:00"
        ),
        r"nobody has release_ring = \['gray'\] and os = \['web'\]",
    ),
    "each two, but not all three": (
        incident(scope='{ channel = ["web", "app"], os = ["iOS"], app_version = [""] }'),
        r"nobody has channel = \['web', 'app'\] and os = \['iOS'\] and app_version = \[''\]; ",
    ),
    "what the young do not want": (
        shift(scope='{ persona = ["young"], product = ["merchant_loan"] }'),
        r"nobody has persona = \['young'\] and product = \['merchant_loan'\]; "
        r"persona like that go with product = 'cash_loan', 'credit_line', 'instalment'",
    ),
    "a channel that nobody opened": (
        incident(scope='{ channel = ["wallet"] }'),
        r"incident 'x': scope: channel: nobody comes through 'wallet' unless a shift opens it that lasts at the same",
    ),
    "a channel that opens later": (
        incident(scope='{ channel = ["wallet"] }') + "\n" + WALLET.replace("2026-01-0", "2026-02-0"),
        r"incident 'x': scope: channel: nobody comes through 'wallet' unless a shift",
    ),
    "more of nobody": (
        shift(id='"t"', scope='{ channel = ["wallet"] }') + "\n" + WALLET,
        r"shift 't': scope: channel: nobody comes through 'wallet' unless a shift",
    ),
    "less than a face of a die": (
        incident(effect="{ P101 = 0.5, P102 = 0.000015 }"),
        r"incident 'x': effect: P102 = 1\.5e-05 refuses nobody: the smallest is 1/65,536",
    ),
    "in no world": (
        incident(start="2126-01-01T00:00:00", end="2126-01-02T00:00:00"),
        r"incident 'x': start 2126-01-01 00:00:00 and end .*: worlds have days from 2000-01-01 to 2099-12-31",
    ),
    "a notice of the yearly calendar": (
        notice(id='"double-eleven-2025"'),
        r"notice 'double-eleven-2025': id is taken by an event that every calendar has: 11\.11 promotion",
    ),
    "a notice of a release": (
        notice(id='"gray-7.4.0"'),
        r"'gray-7\.4\.0': id is taken by .*: App 7\.4\.0: gray release",
    ),
    "a notice for no region": (notice(region="0"), r"notice 'n': region = 0 must be a text"),
    "a notice for a no": (notice(region="false"), r"notice 'n': region = False must be a text"),
    "a notice for no regions": (notice(region="[]"), r"notice 'n': region = \[\] must be a text"),
    "a notice for an empty region": (notice(region='""'), r"notice 'n': region = '' must be a text"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=list(BROKEN))
def test_what_would_do_nothing_gets_one_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(RefusalLensError, match=r"mine\.toml: .*" + message) as caught:
        load_scenario(mine(tmp_path, content))
    assert "\n" not in str(caught.value)


ALLOWED = {
    "the browser": incident(scope='{ os = ["web"], channel = ["web"] }'),
    "one of several": incident(scope='{ os = ["web", "iOS"], channel = ["app"] }'),
    "no app": incident(scope='{ app_version = [""], os = ["iOS"], release_ring = ["stable"] }'),
    "everybody in the app": incident(scope='{ channel = ["app"], app_version = ["", "7.1.0"] }'),
    "a new channel and what goes wrong there": WALLET + "\n" + incident(scope='{ channel = ["wallet"] }'),
    "a new channel and its trough": WALLET + "\n" + shift(id='"t"', factor="0.5", scope='{ channel = ["wallet"] }'),
    "a face of a die": incident(effect="{ P101 = 0.0000153 }"),
    "for ever": shift(end="9999-12-31T00:00:00"),
}


@pytest.mark.parametrize("content", ALLOWED.values(), ids=list(ALLOWED))
def test_what_does_something_loads(tmp_path: Path, content: str) -> None:
    assert load_scenario(mine(tmp_path, content)).path.name == "mine.toml"


def made_attempts() -> Attempts:
    """A day through the usual channels and one through each channel alone."""
    streams, places, day = Streams(1), load_places(), date(2026, 10, 15)
    applicants = make_applicants(streams, places, 40_000)
    arrivals = Demand.calibrated(places, day, 1, 20_000).arrivals(streams, day)
    usual, *others = [make_attempts(streams, applicants, arrivals, day, n) for n in (None, *range(len(CHANNELS)))]
    return usual.beside(others)


def test_the_kinds_of_applicants_are_those_of_the_world() -> None:
    attempts = made_attempts()
    names = {name: key.known for name, key in SCOPES.items() if name in KINDS[0]} | {"persona": SHIFT_SCOPES["persona"]}
    numbers = {name: SCOPES[name].numbers(attempts) if name in SCOPES else attempts.persona for name in names}
    columns = [[names[name][number] for number in numbers[name]] for name in names]
    seen = {name: set() for name in names}
    for row in set(zip(*columns, strict=True)):
        one = dict(zip(names, row, strict=True))
        [kind] = [k for k in KINDS if (*k["channel"], *k["persona"]) == (one["channel"], one["persona"])]

        assert all(one[name] in kind[name] for name in names), one
        for name in names:
            seen[name].add((one["channel"], one["persona"], one[name]))
    for name in ("os", "product", "release_ring"):
        assert seen[name] == {(*k["channel"], *k["persona"], value) for k in KINDS for value in k[name]}


# ------------------------------------------------------------------------------------------- the file


def test_a_byte_order_mark_makes_no_difference(tmp_path: Path) -> None:
    content = incident(kind='"政策"') + "\n" + notice()

    assert load_scenario(mine(tmp_path, content, "utf-8-sig")) == load_scenario(mine(tmp_path, content))


def test_a_byte_that_is_no_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = mine(tmp_path, "[[incidents]]\nid = '政策'\n", encoding="gb18030")
    byte = "政".encode("gb18030")[0]

    with pytest.raises(InvalidValue) as caught:
        load_scenario(path)

    assert str(caught.value) == f"{path}: line 2 is not UTF-8 text (byte 0x{byte:02x}); save it as UTF-8"


ARGUMENTS = {
    "no-such.toml": r"no-such\.toml: there is no such file; shipped scenarios: calm, campaign, ",
    "nowhere/calm": r"nowhere/calm: the file of a scenario must end in \.toml",
    "../scenarios/calm.toml": r"\.\./scenarios/calm\.toml: there is no such file",
    "folder.toml": r"folder\.toml: cannot be read: Is a directory",
    "x" * 300 + ".toml": r"x\.toml: cannot be read: File name too long",
    "clam": r"unknown scenario 'clam'; did you mean calm",
    "": r"unknown scenario ''; known: calm, ",
}


@pytest.mark.parametrize(("name", "message"), ARGUMENTS.items(), ids=[name[-20:] or "nothing" for name in ARGUMENTS])
def test_a_file_that_is_not_there_is_no_unknown_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()

    with pytest.raises(RefusalLensError, match=message):
        load_scenario(name)


def test_the_order_of_the_tables_and_the_place_of_the_file_make_no_other_world(tmp_path: Path) -> None:
    several = [shift(), shift(id='"a"', factor="0.5"), WALLET.replace('"s"', '"w"')]
    (tmp_path / "other").mkdir()
    one = load_scenario(mine(tmp_path, "\n".join(several)))
    other = load_scenario(mine(tmp_path / "other", "\n".join(reversed(several))))

    assert repr(one) == repr(other)
    assert [shift.factor < 1 for shift in one.shifts] == [False, False, True]


# ------------------------------------------------------------------------------------------- the days asked for

OUTSIDE = {
    "an incident before": (incident(), "2026-09-02", r"incident 'x': it lies outside .*; --days 304 would reach it"),
    "a shift before": (
        shift(),
        "2026-01-05",
        r"shift 's': it lies outside the days asked for, 2026-01-05 to 2026-10-31",
    ),
    "a notice before": (notice(), "2026-01-03", r"notice 'n': it lies outside .*; --days 304 would reach it"),
    "an incident after": (
        incident(start="2026-11-01T00:00:00", end="2026-11-05T00:00:00"),
        "2026-01-01",
        r"incident 'x': it lies outside .*; --end 2026-11-05 would reach it",
    ),
}


@pytest.mark.parametrize(("content", "first", "message"), OUTSIDE.values(), ids=list(OUTSIDE))
def test_what_lies_outside_the_days_asked_is_refused(tmp_path: Path, content: str, first: str, message: str) -> None:
    scenario = load_scenario(mine(tmp_path, content))

    with pytest.raises(InvalidValue, match=r"mine\.toml: " + message):
        check_days(scenario, date.fromisoformat(first), date(2026, 10, 31))


def test_nothing_is_written_where_something_lies_outside_the_days(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"overload\.toml: incident 'double-eleven-overload': it lies outside"):
        write_world(tmp_path / "home", days=60, attempts=600, scenario="overload")
    assert list(tmp_path.rglob("*.parquet")) == []


def test_the_default_scenario_is_for_any_days_and_every_shipped_one_for_the_default_year() -> None:
    check_days(load_scenario("default"), date(2024, 1, 1), date(2024, 2, 1))
    for name in scenario_names():
        check_days(load_scenario(name), date(2025, 11, 1), date(2026, 10, 31))


def test_the_days_that_a_world_may_have_are_written_twice_and_agree() -> None:
    assert (worlds.EARLIEST, worlds.LATEST) == (EARLIEST, LATEST)


# ------------------------------------------------------------------------------------------- the calendar

DAY = date(2026, 1, 1)
anything = some.text(some.characters(exclude_categories=["Cs"]), min_size=1)


@given(anything, anything)
def test_any_words_of_a_notice_can_be_read_again(id: str, text: str) -> None:
    event = Event(id, DAY, DAY, "notice", Words(en=text, zh=text))

    assert tomllib.loads(events_toml([event]))["events"] == [
        {"id": id, "start": DAY, "last": DAY, "kind": "notice", "en": text, "zh": text}
    ]


def test_a_calendar_of_control_characters_can_be_read_again(tmp_path: Path) -> None:
    controls = "".join(rf"\u{number:04x}" for number in (*range(32), 127, 128, 159))
    scenario = load_scenario(mine(tmp_path, notice(en=f'"x{controls}"')))
    text = events_toml(known_events(scenario, DAY, date(2026, 1, 31)))

    assert tomllib.loads(text)["events"][0]["en"] == f"x{''.join(map(chr, (*range(32), 127, 128, 159)))}"
