"""In which line of a TOML file each key stands, which tomllib does not tell."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Keys = tuple[str, ...]
"""A key below its tables, such as `("columns", "region", "prefix")`."""


def line_numbers(text: str) -> dict[Keys, int]:
    """The line of every key and table in a text that is TOML; of several tables in a list, the first one's."""
    numbers: dict[Keys, int] = {}
    below: Keys = ()
    for number, statement, content in _statements(text):
        is_header = statement.lstrip().startswith("[")
        found = list(_paths(content))
        for keys in found:
            numbers.setdefault(keys if is_header else (*below, *keys), number)
        if is_header:
            below = found[-1]
    return numbers


def nearest_line(numbers: Mapping[Keys, int], keys: Keys) -> int | None:
    """The line of a key, or of the innermost table around it that stands somewhere."""
    return next((numbers[keys[:end]] for end in range(len(keys), 0, -1) if keys[:end] in numbers), None)


def _statements(text: str) -> Iterator[tuple[int, str, Any]]:
    """Each statement with its first line and its content: the fewest lines from there that are TOML by themselves."""
    statement, first = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        first = first if statement else number
        statement += line.removesuffix("\r") + "\n"
        try:
            content = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        yield first, statement, content
        statement = ""


def _paths(content: Any, above: Keys = ()) -> Iterator[Keys]:
    """Every key of nested tables, the outer ones first."""
    if isinstance(content, list) and content and isinstance(content[-1], dict):
        content = content[-1]
    if isinstance(content, dict):
        for key, value in content.items():
            yield (*above, key)
            yield from _paths(value, (*above, key))
