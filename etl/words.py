"""Words in every language of the product, kept beside the thing they name."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Language(StrEnum):
    EN = "en"
    ZH = "zh"


@dataclass(frozen=True)
class Words:
    """One text in every language. A missing language is a TypeError where the words are made."""

    en: str
    zh: str

    def __post_init__(self) -> None:
        if not (self.en and self.zh):
            raise ValueError(f"words need a text in every language: {self!r}")

    def __call__(self, language: Language | str, **values: Any) -> str:
        """The text in `language`, with `{placeholders}` filled from `values`."""
        text: str = getattr(self, Language(language).value)
        return text.format(**values) if values else text
