"""The catalogue as shipped is whole in both languages; a broken one is one line that names file and key."""

import dataclasses
import shutil
from collections import Counter
from pathlib import Path

import pytest

from etl.catalogue import HERE, Catalogue, load_catalogue, read_catalogue
from etl.catalogue.things import Advice
from etl.errors import RefusalLensError
from etl.words import Words

CAUSES_OF_THE_BRIEF = {
    "user": {"credit_score", "overdue", "debt", "thin_file", "behaviour", "account"},
    "platform": {"policy", "product_change", "overload"},
    "technical": {"network", "data_delay", "compatibility"},
    "unknown": {"unspecified", "unmapped"},
}


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A catalogue of one's own, to be broken."""
    shutil.copytree(HERE, tmp_path / "catalogue", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return tmp_path / "catalogue"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")

    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _all_words(thing: object) -> list[Words]:
    values = [getattr(thing, field.name) for field in dataclasses.fields(thing)]  # type: ignore[arg-type]
    own = [value for value in values if isinstance(value, Words)]
    return own + [words for value in values if isinstance(value, Advice) for words in _all_words(value)]


def test_every_cause_of_the_design_is_there_under_its_layer(catalogue: Catalogue) -> None:
    for layer, causes in CAUSES_OF_THE_BRIEF.items():
        assert causes <= {cause.id for cause in catalogue.causes_of(layer)}


def test_layers_are_listed_in_the_order_of_the_screen(catalogue: Catalogue) -> None:
    assert list(catalogue.layers) == ["user", "platform", "technical", "unknown"]


def test_gates_are_listed_in_the_order_of_the_waterfall(catalogue: Catalogue) -> None:
    assert list(catalogue.gates) == ["technical", "account", "policy", "behaviour", "credit", "capacity"]


def test_every_cause_has_a_reason_except_the_one_for_codes_nobody_mapped(catalogue: Catalogue) -> None:
    without = [cause for cause in catalogue.causes if not catalogue.reasons_of(cause)]

    assert without == ["unmapped"]


def test_every_reason_of_the_default_scheme_has_a_gate(catalogue: Catalogue) -> None:
    codes = [reason for reason in catalogue.reasons.values() if reason.scheme == "default"]

    assert [reason.id for reason in codes if not reason.gate] == ["unspecified"]


def test_the_first_letter_of_a_default_code_is_its_layer(catalogue: Catalogue) -> None:
    letters = {"U": "user", "P": "platform", "T": "technical"}
    coded = [code for code in catalogue.reasons if code[1:].isdigit()]

    assert [catalogue.layer_of(code).id for code in coded] == [letters[code[0]] for code in coded]


def test_chinese_words_are_chinese_and_english_words_are_not(catalogue: Catalogue) -> None:
    for kind in dataclasses.fields(catalogue):
        for thing in getattr(catalogue, kind.name).values():
            for words in _all_words(thing):
                assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh), words
                assert words.en.isascii(), words


def test_no_two_things_of_a_kind_share_a_name_on_the_screen(catalogue: Catalogue) -> None:
    for kind in (catalogue.layers, catalogue.causes, catalogue.macro_regions, catalogue.regions):
        for language in ("en", "zh"):
            names = Counter(thing.words(language) for thing in kind.values())  # type: ignore[attr-defined]

            assert [name for name, count in names.items() if count > 1] == []


def test_a_technical_refusal_is_never_called_a_credit_decision(catalogue: Catalogue) -> None:
    for cause in catalogue.causes_of("technical"):
        assert "credit decision" in cause.advice.applicant.en
        assert "信用决定" in cause.advice.applicant.zh


def test_a_reason_takes_advice_and_retry_from_its_cause_unless_it_has_its_own(catalogue: Catalogue) -> None:
    cause, inherited, own = catalogue.causes["policy"], catalogue.reasons["P101"], catalogue.reasons["P104"]

    assert (inherited.advice, inherited.retryable) == (cause.advice, False)
    assert (own.advice.platform, own.retryable) == (cause.advice.platform, True)
    assert own.advice.applicant != cause.advice.applicant


def test_a_code_nobody_mapped_keeps_its_text_under_unknown(catalogue: Catalogue) -> None:
    assert catalogue.reason("Z999").words.en == "Z999"
    assert (catalogue.cause_of("Z999").id, catalogue.layer_of("Z999").id) == ("unmapped", "unknown")


def test_codes_of_another_scheme_carry_its_name_and_its_labels_are_aliases(catalogue: Catalogue) -> None:
    aliases = catalogue.schemes["hmda"].aliases

    assert catalogue.cause_of("hmda:3").id == "credit_score"
    assert aliases["Credit history"] == aliases["3"] == "hmda:3"
    assert aliases["Exempt"] == "hmda:1111"
    assert set(aliases.values()) == {f"hmda:{code}" for code in (*range(1, 10), 1111)}
    assert [version.version for version in catalogue.schemes["hmda"].versions] == ["2007", "2018"]


def test_china_has_its_34_regions_and_the_us_its_states_with_dc_and_territories(catalogue: Catalogue) -> None:
    assert len(catalogue.regions_of("CN")) == 34
    assert len(catalogue.regions_of("US")) == 50 + 1 + 5


def test_every_region_has_a_tile_of_its_own_inside_the_grid(catalogue: Catalogue) -> None:
    for country, rows, columns in (("CN", 8, 7), ("US", 8, 12)):
        tiles = [(region.tile_row, region.tile_col) for region in catalogue.regions_of(country)]

        assert len(set(tiles)) == len(tiles)
        assert all(row in range(rows) and column in range(columns) for row, column in tiles)


def test_every_macro_region_has_regions_of_its_country(catalogue: Catalogue) -> None:
    for macro_region in catalogue.macro_regions.values():
        children = [region for region in catalogue.regions.values() if region.parent == macro_region.id]

        assert {region.country for region in children} == {macro_region.country}


def test_the_catalogue_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_a_folder_of_code_lists_adds_to_the_ones_shipped(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'scheme = "mine"\nen = "My codes"\nzh = "自有代码"\n'
        '[reasons.A1]\ncause = "debt"\nen = "Too much debt"\nzh = "负债过高"\naliases = ["DTI"]\n',
        encoding="utf-8",
    )

    catalogue = read_catalogue(HERE, tmp_path / "mine.toml")

    assert catalogue.layer_of("mine:A1").id == "user"
    assert catalogue.schemes["mine"].aliases["DTI"] == "mine:A1"
    assert "hmda" in catalogue.schemes


BROKEN = {
    "unknown cause": (
        'cause = "overdue"',
        'cause = "overdu"',
        "reasons.U111: unknown cause 'overdu'; did you mean overdue",
    ),
    "unknown layer": (
        'layer = "user"',
        'layer = "users"',
        "causes.credit_score: unknown layer 'users'; did you mean user",
    ),
    "unknown gate": ('gate = "credit"', 'gate = "credits"', "reasons.U101: unknown gate 'credits'"),
    "unknown key": (
        "retryable = true",
        "retriable = true",
        "unknown key 'retriable'; did you mean retryable",
    ),
    "unknown audience": ("advice.lender", "advice.lendr", "causes.credit_score.advice: unknown key 'lendr'"),
    "missing language": ('zh = "无信用记录"', "", "reasons.U131: zh must be a text"),
    "empty language": ('zh = "无信用记录"', 'zh = ""', "reasons.U131: zh must be a text"),
    "missing advice": (
        "advice.applicant",
        "# advice.applicant",
        "causes.credit_score.advice: applicant is missing",
    ),
    "missing layer": ('layer = "user"', "", "causes.credit_score: layer must be a text"),
    "not a flag": (
        "retryable = false",
        'retryable = "no"',
        "causes.credit_score: retryable must be true or false",
    ),
    "duplicate code": ("[reasons.U102]", "[reasons.U101]", "'U101'"),
    "code with the separator": ("[reasons.U101]", '[reasons."U1|1"]', "must not be blank or contain '|'"),
    "code of another scheme": ("[reasons.U101]", '[reasons."hmda:1"]', "duplicate code 'hmda:1'"),
    "reason that every log needs": ("[reasons.unspecified]", "[reasons.nothing]", "'unspecified' is missing"),
    "not a table": ("[reasons.U101]", "[reasons]\nU100 = 1\n[reasons.U101]", "reasons.U100: must be a table"),
    "not TOML": ("[layers]", "[layers", "(at line "),
}


@pytest.mark.parametrize(("old", "new", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_catalogue_is_one_line_with_file_and_key(copy: Path, old: str, new: str, message: str) -> None:
    _edit(copy / "reasons.toml", old, new)

    with pytest.raises(RefusalLensError) as caught:
        read_catalogue(copy)

    file = "hmda.toml" if "hmda:1" in new else "reasons.toml"
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


BROKEN_FILES = {
    "version described twice": (
        "schemes/hmda2018.toml",
        'version = "2018"',
        'version = "2007"',
        "described in another file",
    ),
    "alias of two codes": (
        "schemes/hmda.toml",
        'aliases = ["Collateral"]',
        'aliases = ["Other"]',
        "'Other' already stands",
    ),
    "aliases not a list": (
        "schemes/hmda.toml",
        'aliases = ["Other"]',
        'aliases = "Other"',
        "must be a list of texts",
    ),
    "unknown parent": (
        "regions.csv",
        "CN-BJ,CN-north,",
        "CN-BJ,CN-nort,",
        "line 2: unknown parent 'CN-nort'",
    ),
    "parent abroad": ("regions.csv", "CN-BJ,CN-north,", "CN-BJ,US-south,", "'US-south' is not in CN"),
    "duplicate region": ("regions.csv", "CN-TJ", "CN-BJ", "line 3: duplicate region 'CN-BJ'"),
    "tile taken": ("regions.csv", ",13866009,2,5", ",13866009,1,4", "CN-TJ has the tile of CN-BJ"),
    "not a number": (
        "regions.csv",
        "13866009",
        "many",
        "line 3: population must be a whole number, not 'many'",
    ),
    "missing name": ("regions.csv", "Tianjin,天津市", "Tianjin,", "line 3: name_zh must be a text"),
    "missing field": ("regions.csv", "天津,津,", "天津,", "line 3: 11 fields instead of 12"),
    "another header": ("regions.csv", "short_zh", "short", "the header must be country,region,"),
    "duplicate macro-region": (
        "macro_regions.csv",
        "CN-east",
        "CN-north",
        "duplicate macro_region 'CN-north'",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "message"), BROKEN_FILES.values(), ids=BROKEN_FILES.keys())
def test_a_broken_list_is_one_line_with_its_file(copy: Path, file: str, old: str, new: str, message: str) -> None:
    _edit(copy / file, old, new)

    with pytest.raises(RefusalLensError) as caught:
        read_catalogue(copy)

    assert message in str(caught.value)
    assert str(caught.value).startswith(Path(file).name)


@pytest.mark.parametrize("file", ["reasons.toml", "regions.csv", "macro_regions.csv"])
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()

    with pytest.raises(RefusalLensError, match=rf"{file}: cannot be read"):
        read_catalogue(copy)


def test_a_region_may_go_without_tile_and_population(copy: Path) -> None:
    _edit(copy / "regions.csv", ",13866009,2,5", ",,,")

    tianjin = read_catalogue(copy).regions["CN-TJ"]

    assert (tianjin.population, tianjin.tile_row, tianjin.tile_col) == (None, None, None)
