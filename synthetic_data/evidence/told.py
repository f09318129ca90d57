"""Reads what a world tells of itself in JSON; whatever is wrong there is one line: what, where, what to run."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from etl.errors import UnreadableInput

T = TypeVar("T")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """What a value should be, in words, and how it is read: `ValueError` or `TypeError` where it is something else."""

    words: str
    read: Callable[[Any], T]


def _of_type(value: Any, *types: type) -> Any:
    """A value of one of these types; True and False are no numbers."""
    if type(value) not in types:
        raise TypeError
    return value


def _whole(value: Any) -> int:
    return int(_of_type(value, int))


def _number(value: Any) -> float:
    number = float(_of_type(value, int, float))
    if not math.isfinite(number):
        raise ValueError
    return number


def _count(value: Any) -> int:
    if _whole(value) < 0:
        raise ValueError
    return int(value)


def _share(value: Any) -> float:
    if not 0 <= _number(value) <= 1:
        raise ValueError
    return float(value)


def _text(value: Any) -> str:
    return str(_of_type(value, str))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _of_type(value, list)))


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo:
        raise ValueError
    return moment


def _file(value: Any) -> str:
    """A name that leads out of its folder is none."""
    if _text(value) != Path(value).name:
        raise ValueError
    return str(value)


def _sizes(value: Any) -> dict[str, float]:
    return {_text(name): _number(size) for name, size in _of_type(value, dict).items()}


def _scope(value: Any) -> dict[str, tuple[str, ...]]:
    return {_text(name): _texts(values) for name, values in _of_type(value, dict).items()}


WHOLE, NUMBER = Kind("a whole number", _whole), Kind("a number", _number)
COUNT = Kind("a whole number from 0 on", _count)
SHARE = Kind("a share between 0 and 1", _share)
YES_OR_NO = Kind("true or false", lambda value: bool(_of_type(value, bool)))
TEXT, NAMES = Kind("a text", _text), Kind("a list of names", _texts)
TEXT_OR_NOTHING = Kind("a text or null", lambda value: "" if value is None else _text(value))
DAY = Kind("a date", lambda value: date.fromisoformat(_text(value)))
MOMENT = Kind("a local time", _moment)
FILE = Kind("the name of a file", _file)
SIZES = Kind("a number for each reason", _sizes)
SCOPE = Kind("a list of texts for each key", _scope)


@dataclass(frozen=True)
class Entry:
    """One object of a file, where it stands, and what to run when it is not as it should be."""

    where: str
    values: Mapping[str, Any]
    advice: str

    def get(self, name: str, kind: Kind[T]) -> T:
        if name not in self.values:
            raise UnreadableInput(f"{self.where}: {name} is missing; {self.advice}")
        try:
            return kind.read(self.values[name])
        except (ValueError, TypeError, OverflowError):
            found = _shown(self.values[name])
            raise UnreadableInput(f"{self.where}: {name} must be {kind.words}, not {found}; {self.advice}") from None

    def wrong(self, what: str) -> UnreadableInput:
        return UnreadableInput(f"{self.where}: {what}; {self.advice}")

    def entries(self, name: str) -> Iterator["Entry"]:
        """The objects of a list that it holds."""
        return _each(f"{self.where}: {name}", self.values.get(name), self.advice)


def read_entry(path: Path, advice: str) -> Entry:
    """A file that holds one object."""
    return _one(str(path), _json(path, advice), advice)


def read_entries(path: Path, advice: str) -> tuple[Entry, ...]:
    """A file that holds a list of objects."""
    return tuple(_each(str(path), _json(path, advice), advice))


def read_lines(path: Path, advice: str) -> Iterator[Entry]:
    """A file of lines, an object each. Others are left out, as by whoever goes on with a stopped run."""
    for number, line in enumerate(_content(path, advice, errors="replace").splitlines(), start=1):
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield Entry(f"{path}, line {number}", found, advice)


def _json(path: Path, advice: str) -> Any:
    try:
        return json.loads(_content(path, advice))
    except (ValueError, RecursionError) as problem:
        raise UnreadableInput(f"{path}: not valid JSON: {_line(problem)}; {advice}") from None


def _content(path: Path, advice: str, errors: str = "strict") -> str:
    try:
        return path.read_text(encoding="utf-8", errors=errors)
    except FileNotFoundError:
        raise UnreadableInput(f"{path} is missing; {advice}") from None
    except OSError as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem.strerror}; {advice}") from None


def _one(where: str, found: Any, advice: str) -> Entry:
    if not isinstance(found, dict):
        raise UnreadableInput(f"{where} must be an object, not {_shown(found)}; {advice}")
    return Entry(where, found, advice)


def _each(where: str, found: Any, advice: str) -> Iterator[Entry]:
    if not isinstance(found, list):
        raise UnreadableInput(f"{where} must be a list, not {_shown(found)}; {advice}")
    for number, one in enumerate(found, start=1):
        yield _one(f"{where}, entry {number}", one, advice)


def _shown(value: Any) -> str:
    """A value on one line, not all of it where it is long."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 40 else f"{text[:40]} …"


def _line(problem: BaseException) -> str:
    """The first line of what somebody else says is wrong."""
    return (str(problem).splitlines() or [type(problem).__name__])[0]
