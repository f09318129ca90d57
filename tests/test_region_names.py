"""Regions as sources spell them: every usual spelling finds its region, look-alikes stay apart, cities find none."""

import shutil
from pathlib import Path

import pytest

from etl.catalogue import HERE, load_catalogue, region_names
from etl.catalogue.region_names import REGION_SCHEMES, as_spelled, region_spellings
from etl.errors import InvalidValue, UnknownName

SPELLED = {
    "CN-GD": "CN-GD cn-gd GD 440000 44 广东省 广东 廣東 粤 ＧＤ ４４ Guangdong GUANGDONG",
    "CN-BJ": "北京市 北京 京 110000 11 Beijing",
    "CN-SX": "山西省 山西 晋 140000 14 Shanxi SX",
    "CN-SN": "陕西省 陕西 陕 秦 陝西 610000 61 Shaanxi SN",
    "CN-SC": "四川 川 蜀",
    "CN-GZ": "贵州 贵 黔",
    "CN-YN": "云南 云 滇",
    "CN-GS": "甘肃 甘 陇",
    "CN-SH": "上海 沪 申",
    "CN-NM": "内蒙古自治区 内蒙古 内蒙 蒙 Neimenggu",
    "CN-GX": "广西壮族自治区 广西自治区 广西 桂",
    "CN-NX": "宁夏回族自治区 宁夏 宁",
    "CN-XJ": "新疆维吾尔自治区 新疆 新",
    "CN-XZ": "西藏自治区 西藏 藏 Tibet Xizang",
    "CN-TW": "台湾省 台湾 臺灣 710000 71 830000 83",
    "CN-HK": "香港特别行政区 香港 港 810000 81",
    "CN-MO": "澳门 Macau Macao 820000",
    "US-AL": "US-AL us-al AL al 1 01 Alabama 亚拉巴马州",
    "US-CA": "CA 6 06 California 加州",
    "US-DC": "DC 11 D.C. 华盛顿特区",
    "US-TX": "TX 48 Texas 德州 得克萨斯",
    "US-PR": "PR 72 波多黎各",
    "US-AS": "AS 60",
    "US-WA": "WA 53 Washington",
}
"""By region: some of its spellings, which hold no space."""
SPACED = {
    "CN-GD": "Guangdong Province",
    "CN-NM": "Inner Mongolia",
    "CN-XZ": "Xizang (Tibet)",
    "US-DC": "District of Columbia",
    "US-NY": "new york",
    "US-WV": "West Virginia",
    "US-VI": "U.S. Virgin Islands",
}
PAIRS = [(region, text) for region, texts in SPELLED.items() for text in texts.split()] + list(SPACED.items())


def _scheme(region: str) -> str:
    return region[:2].lower()


@pytest.mark.parametrize(("region", "text"), PAIRS)
def test_a_usual_spelling_finds_its_region(region: str, text: str) -> None:
    assert region_spellings(_scheme(region))[as_spelled(text)] == region


@pytest.mark.parametrize(
    "text", ["深圳", "深圳市", "440300", "4403", "吉林市", "海南州", "Shenzhen", "US-CA", "99", ""]
)
def test_a_city_or_a_stranger_is_no_region_of_china(text: str) -> None:
    assert as_spelled(text) not in region_spellings("cn")


@pytest.mark.parametrize("text", ["3", "03", "7", "14", "AE", "AP", "CN-GD", "Los Angeles", "001"])
def test_a_number_that_no_state_has_is_no_state(text: str) -> None:
    assert as_spelled(text) not in region_spellings("us")


@pytest.mark.parametrize("scheme", REGION_SCHEMES)
def test_every_region_of_the_country_is_spelled_and_every_spelling_is_ready_to_compare(scheme: str) -> None:
    spellings = region_spellings(scheme)
    regions = {region.id for region in load_catalogue().regions_of(scheme.upper())}

    assert set(spellings.values()) == regions
    assert [text for text in spellings if text != as_spelled(text) or not text] == []


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="cn, us"):
        region_spellings("de")


def test_a_spelling_of_two_regions_is_one_line_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(HERE / "region_spellings.csv", tmp_path)
    path = tmp_path / "region_spellings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("CN-SN,秦", "CN-SN,山西"), encoding="utf-8")
    monkeypatch.setattr(region_names, "HERE", tmp_path)

    with pytest.raises(InvalidValue, match=r"^region_spellings.csv: line 28: '山西' already stands for 'CN-SX'$"):
        region_spellings.__wrapped__("cn")
