"""Turns what a user types after `summary` into a question; every mistake names what is known."""

import re
from datetime import date

from etl.catalogue.dimensions import dimension
from etl.errors import InvalidValue, UnknownName
from etl.query import Attribution, Question, Selection
from etl.snapshot import Snapshot

CONDITION = re.compile(r"^(?P<name>[a-z_]+)(?P<sign>!?=)(?P<values>.*)$")


def question_from(
    metrics: str, by: str, where: list[str], since: str | None, until: str | None, attribution: str
) -> Question:
    """The question behind the texts of a command line. Raises `UnknownName` or `InvalidValue`."""
    if attribution not in list(Attribution):
        raise UnknownName("attribution", attribution, list(Attribution))
    return Question(
        metrics=_names(metrics),
        by=_names(by),
        where=_where(where),
        since=_day("--since", since),
        until=_day("--until", until),
        attribution=Attribution(attribution),
    )


def check_period(question: Question, snapshot: Snapshot) -> None:
    """Raises `InvalidValue` where the log has no day of the period asked for."""
    first, last = snapshot.info.first_day, snapshot.info.last_day
    since, until = snapshot.within(question.since, question.until)
    if until < first or since > last:
        raise InvalidValue(f"the log covers {first} to {last}; nothing of it lies between {since} and {until}")


def _where(conditions: list[str]) -> dict[str, Selection]:
    found: dict[str, Selection] = {}
    for condition in conditions:
        name, kept = _condition(condition)
        if name in found:
            raise InvalidValue(f"--where names {name!r} twice; give its values in one, as {name}=A,B")
        found[name] = kept
    return found


def _condition(text: str) -> tuple[str, Selection]:
    match = CONDITION.match(text.strip())
    if match is None or not match["values"].strip():
        raise InvalidValue(f"--where {text!r}: write DIMENSION=VALUE[,VALUE…], or DIMENSION!=VALUE for all except")
    dimension(match["name"])
    return match["name"], Selection(_names(match["values"]), is_except=match["sign"] == "!=")


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _day(flag: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise InvalidValue(f"{flag} {text!r} is no date; write it as 2026-01-31") from problem
