"""What Plotly needs to write dates and numbers in the reader's language, from Babel."""

from functools import cache
from typing import Any

from babel import Locale

from dashboard import formats
from etl.words import Language

_TAGS = {Language.EN: "en", Language.ZH: "zh-CN"}


def tag(language: Language) -> str:
    """As `lang` in HTML."""
    return _TAGS[language]


@cache
def plotly_locale(language: Language) -> dict[str, Any]:
    """A locale of Plotly's: its code and format."""
    known = Locale.parse(formats.locale(language))
    months, days = known.months["stand-alone"], known.days["stand-alone"]
    return {
        "code": f"lens-{tag(language)}",
        "format": {
            "months": list(months["wide"].values()),
            "shortMonths": list(known.months["format"]["abbreviated"].values()),
            "days": _sunday_first(days["wide"]),
            "shortDays": _sunday_first(days["abbreviated"]),
            "decimal": ".",
            "thousands": ",",
        },
    }


def _sunday_first(days: Any) -> list[str]:
    return [days[number] for number in (6, 0, 1, 2, 3, 4, 5)]
