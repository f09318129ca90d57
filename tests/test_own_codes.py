"""A lender's own code lists: read over the shipped ones, mapped at the next build; a mistake is one line."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from etl.__main__ import app
from etl.catalogue import load_catalogue
from etl.catalogue.own import catalogue_of, keep_schemes, lines_to_paste, schemes_beside
from etl.command_line import run
from etl.errors import RefusalLensError
from etl.home import Home
from etl.pipeline import rebuild
from etl.query import Attribution, Question, ask
from etl.snapshot import Snapshot, open_snapshot

LIST = """
scheme = "acme"
version = "2019"
valid_from = 2019-04-01
en = "Acme's codes"
zh = "甲方代码表"

[reasons.A1]
cause = "debt"
en = "Too much debt"
zh = "负债过高"
aliases = ["DTI"]

[reasons."7 b"]
cause = "account"
en = "Account frozen"
zh = "账户冻结"
advice.applicant = { en = "Call us.", zh = "请致电。" }
"""
LOG = """
reasons             | times
acme:A1             | 5
acme:7              | 3
acme:DTI acme:A1    | 2
Z999                | 1
"""


def _write(home: Home, name: str, text: str) -> Path:
    home.schemes.mkdir(parents=True, exist_ok=True)
    path = home.schemes / name
    path.write_text(text, encoding="utf-8")
    return path


def _build_again(home: Path) -> Snapshot:
    rebuild(Home(home), False, lambda *_: None)
    return open_snapshot(home)


def _by_reason(snapshot: Snapshot, attribution: Attribution = Attribution.PRIMARY) -> dict[str, int]:
    frame = ask(snapshot, Question(("refusals",), ("reason",), attribution=attribution))
    return {reason: count for reason, count in zip(frame["reason"], frame["refusals"], strict=True) if count}


def _pasted(home: Home, text: str) -> None:
    """Does what the lines say: each part goes to the end of its file."""
    for part in re.split(r"(?m)^(?=# Paste)", text):
        if found := re.search(r"schemes/(\S+\.toml)", part):
            path = home.schemes / found[1]
            _write(home, found[1], (path.read_text(encoding="utf-8") if path.exists() else "") + part)


# ------------------------------------------------------------------------------------------- reading


def test_a_home_without_lists_has_the_shipped_catalogue(tmp_path: Path) -> None:
    assert catalogue_of(Home(tmp_path)) is load_catalogue()


def test_a_list_in_the_home_lies_over_the_shipped_catalogue(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _write(home, "any_name.toml", LIST)

    catalogue = catalogue_of(home)
    [version] = catalogue.schemes["acme"].versions

    assert catalogue.layer_of("acme:A1").id == "user"
    assert catalogue.reasons["acme:7 b"].advice.applicant.en == "Call us."
    assert catalogue.reasons["acme:7 b"].advice.lender == catalogue.causes["account"].advice.lender
    assert catalogue.schemes["acme"].aliases["DTI"] == "acme:A1"
    assert (version.version, str(version.valid_from)) == ("2019", "2019-04-01")
    assert set(load_catalogue().reasons) < set(catalogue.reasons)


def test_the_example_in_the_documentation_is_a_list(tmp_path: Path) -> None:
    home = Home(tmp_path)
    documented = (Path(__file__).parent.parent / "docs" / "code_lists.md").read_text(encoding="utf-8")
    [example] = re.findall(r"(?s)```toml\n(.*?)```", documented)
    _write(home, "any.toml", example)

    catalogue = catalogue_of(home)

    assert catalogue.cause_of("acme:A1").id == "debt"
    assert catalogue.schemes["acme"].aliases["DTI"] == "acme:A1"


def test_a_changed_list_is_read_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _write(home, "acme.toml", LIST)
    before = catalogue_of(home).reasons["acme:A1"].words.en
    _write(home, "acme.toml", LIST.replace("Too much debt", "Debts"))

    assert (before, catalogue_of(home).reasons["acme:A1"].words.en) == ("Too much debt", "Debts")


def test_of_several_versions_the_latest_has_the_last_word(tmp_path: Path) -> None:
    home = Home(tmp_path)
    newer = (
        LIST.replace("2019", "2023").replace("Too much debt", "Debt ratio").replace('[reasons."7 b"]', "[reasons.8]")
    )
    _write(home, "acme.toml", newer)
    _write(home, "acme-older.toml", LIST)

    catalogue = catalogue_of(home)

    assert catalogue.reasons["acme:A1"].words.en == "Debt ratio"
    assert {"acme:7 b", "acme:8"} < set(catalogue.reasons)
    assert [version.version for version in catalogue.schemes["acme"].versions] == ["2019", "2023"]


def test_a_file_that_names_no_scheme_belongs_to_the_one_of_its_name(tmp_path: Path) -> None:
    home = Home(tmp_path)
    block = '[reasons.{code}]\ncause = "overload"\nen = "Busy"\nzh = "繁忙"\n'
    _write(home, "hmda.toml", block.format(code=77))
    _write(home, "default.toml", block.format(code="P777"))

    catalogue = catalogue_of(home)

    assert catalogue.cause_of("hmda:77").id == catalogue.cause_of("P777").id == "overload"
    assert catalogue.schemes["hmda"].words == load_catalogue().schemes["hmda"].words


def test_a_home_may_see_a_shipped_code_otherwise(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _write(home, "hmda.toml", '[reasons.6]\ncause = "account"\nen = "Unverified"\nzh = "未核实"\n')

    catalogue = catalogue_of(home)

    assert (catalogue.cause_of("hmda:6").id, load_catalogue().cause_of("hmda:6").id) == ("account", "application")


MISTAKES = {
    "unknown cause": ('"debt"', '"dept"', "reasons.A1: unknown cause 'dept'; did you mean debt"),
    "unknown key": ("aliases", "alias", "reasons.A1: unknown key 'alias'"),
    "unknown table": ("[reasons.A1]", "[reason.A1]", "unknown key 'reason'; did you mean reasons"),
    "a language missing": ('zh = "负债过高"', "", "reasons.A1: zh must be a text"),
    "words of the list halved": ('zh = "甲方代码表"', "", "zh must be a text"),
    "a date in quotes": ("2019-04-01", '"2019-04-01"', "valid_from must be a date such as 2026-01-31, unquoted"),
    "a time for a date": ("2019-04-01", "2019-04-01T10:00:00", "valid_from must be a date"),
    "a number for a version": ('"2019"', "2019", "version must be a text"),
    "an alias of two": ('zh = "账户冻结"', 'zh = "账户冻结"\naliases = ["DTI"]', "'DTI' already stands for 'acme:A1'"),
    "not TOML": ("[reasons.A1]", "[reasons.A1", "(at line "),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    home = Home(tmp_path)
    _write(home, "acme.toml", LIST.replace(old, new))

    with pytest.raises(RefusalLensError) as caught:
        catalogue_of(home)

    assert str(caught.value).startswith("acme.toml: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_refusal_without_a_reason_stays_that(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _write(home, "default.toml", '[reasons.unspecified]\ncause = "debt"\nen = "None"\nzh = "无"\n')

    with pytest.raises(RefusalLensError, match=r"default.toml: reasons.unspecified: cause must be 'unspecified'"):
        catalogue_of(home)


def test_two_files_of_one_version_or_a_code_of_two_meanings_are_mistakes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    _write(home, "acme.toml", LIST)
    _write(home, "again.toml", LIST)
    with pytest.raises(
        RefusalLensError, match=r"again.toml: scheme: 'acme' version '2019' is described in another file"
    ):
        catalogue_of(home)

    _write(home, "again.toml", LIST.replace("2019", "2023").replace('"debt"', '"overdue"'))
    with pytest.raises(RefusalLensError, match=r"again.toml: reasons.A1: cause: another version of 'acme' says 'debt'"):
        catalogue_of(home)


# ------------------------------------------------------------------------------------------- mapping what is loaded


def test_pasted_lines_map_codes_at_the_next_build_without_loading_again(
    home: Path, publish: Callable[..., Snapshot]
) -> None:
    before = publish(LOG)
    stored = sorted((home / "store").rglob("*.parquet"))
    _pasted(Home(home), lines_to_paste(before.unmapped()))

    after = _build_again(home)

    assert dict(before.unmapped().itertuples(index=False)) == {"acme:A1": 7, "acme:7": 3, "acme:DTI": 2, "Z999": 1}
    assert after.unmapped().empty
    assert _by_reason(after) == _by_reason(before)
    assert dict(after.reasons().set_index("reason").loc[["acme:A1", "Z999"], "cause"]) == {
        "acme:A1": "other",
        "Z999": "other",
    }
    assert sorted((home / "store").rglob("*.parquet")) == stored


def test_an_alias_found_later_makes_two_spellings_one_reason(home: Path, publish: Callable[..., Snapshot]) -> None:
    publish(LOG)
    _write(Home(home), "acme.toml", LIST.replace('[reasons."7 b"]', "[reasons.7]"))

    after = _build_again(home)

    assert _by_reason(after) == {"acme:A1": 7, "acme:7": 3, "Z999": 1}
    assert _by_reason(after, Attribution.SOLE) == {"acme:A1": 7, "acme:7": 3, "Z999": 1}
    assert after.label("reason", "acme:A1", "zh") == "负债过高"
    assert after.label("scheme", "acme", "en") == "Acme's codes"
    assert after.values("cause")[:2] == ["debt", "account"]


def test_a_mistake_in_a_list_stops_the_build_and_the_old_snapshot_stays_live(
    home: Path, publish: Callable[..., Snapshot]
) -> None:
    before = publish(LOG)
    _write(Home(home), "acme.toml", LIST.replace('"debt"', '"dept"'))

    with pytest.raises(RefusalLensError, match=r"acme.toml: reasons.A1"):
        _build_again(home)

    assert open_snapshot(home).id == before.id


def test_the_status_lists_unmapped_codes_with_the_lines_to_paste(
    home: Path, publish: Callable[..., Snapshot], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    snapshot = publish(LOG)

    assert run(app, ["status", "--home", str(home)]) == 0
    assert lines_to_paste(snapshot.unmapped()) in capsysbinary.readouterr().out.decode("utf-8")


ODD = (
    'acme:say "no"',
    "acme:back\\slash",
    "acme:差 评",
    "acme:[x].y",
    "acme:x # y",
    "no scheme: at all",
    "a/b:c",
    "acme:\x7f",
)


def test_the_lines_are_toml_whatever_the_code() -> None:
    text = lines_to_paste(pd.DataFrame({"reason": ODD, "refusals": range(1, len(ODD) + 1)}))
    parts = [tomllib.loads(part) for part in re.split(r"(?m)^(?=# Paste)", text)]

    assert {code for part in parts for code in part.get("reasons", {})} == {code.removeprefix("acme:") for code in ODD}
    assert "schemes/acme.toml" in text
    assert "schemes/default.toml" in text
    assert lines_to_paste(pd.DataFrame({"reason": [], "refusals": []})) == ""


# ------------------------------------------------------------------------------------------- beside a profile


def test_lists_beside_a_profile_are_found_by_their_names_and_kept_in_the_home(tmp_path: Path) -> None:
    home, profile = Home(tmp_path / "home"), tmp_path / "acme.toml"
    profile.write_text('profile = "acme"', encoding="utf-8")
    (tmp_path / "schemes").mkdir()
    for name in ("acme.toml", "acme-2023.toml", "other.toml"):
        (tmp_path / "schemes" / name).write_text(LIST, encoding="utf-8")

    beside = schemes_beside(profile, "acme")
    keep_schemes(home, beside)
    _write(home, "acme.toml", LIST.replace("Too much debt", "Changed here"))
    (home.schemes / "acme-2023.toml").unlink()
    keep_schemes(home, beside[1:])

    assert [path.name for path in beside] == ["acme-2023.toml", "acme.toml"]
    assert catalogue_of(home).reasons["acme:A1"].words.en == "Changed here"
