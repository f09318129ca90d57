"""Drafts a mapping profile for a file that nobody described yet: TOML that says why, and asks what it cannot know."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from etl.catalogue import DEFAULT_SCHEME
from etl.column_rules import AMOUNT, ID, ONLY_FOR, OUTCOME, REASONS, REGION, TIMES
from etl.contract import COLUMN_NAMES, Outcome, TimeGrain
from etl.drafting.guesses import Guesses, guessed
from etl.drafting.kinds import person
from etl.drafting.lists import reason_scheme, region_scheme, separator
from etl.drafting.seen import Column, seen
from etl.drafting.synonyms import is_personal, nothings
from etl.errors import InvalidValue
from etl.identifiers import masked
from etl.profile import CONTRACT

Lines = Iterator[str]
HEAD = """\
# A mapping profile drafted from {file}: {rows:,} rows were looked at. What it cannot know it asks, in comments.
# Read it through, answer, then try it: python -m etl check {file} --profile THIS.toml
# What each key means: docs/profiles.md
"""
CURRENCIES = {"cn": "CNY", "us": "USD"}
YUAN = re.compile(r"[元¥￥万]|rmb|cny|yuan")


def drafted(path: Path) -> str:
    """The draft. Raises `UnreadableInput` for a file that the loader could not read either, or that is empty."""
    with seen(path, nothings()) as file:
        return "\n".join(_lines(guessed(file), path)) + "\n"


def write_new(text: str, out: Path) -> None:
    """Raises `InvalidValue` where there is such a file already: somebody may have answered its questions."""
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as problem:
        raise InvalidValue(f"{out} exists already; choose another name, or remove it first") from problem


def quoted(text: str) -> str:
    """A basic string of TOML, which escapes as JSON does, and one character more; a load masks texts alike."""
    return json.dumps(masked(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(guesses: Guesses, path: Path) -> Lines:
    yield from _head(guesses, path)
    yield from _identifiers(guesses)
    sections = {name: list(SECTIONS.get(name, _plain)(guesses, name)) for name in COLUMN_NAMES}
    for section in filter(None, sections.values()):
        yield from ("", *section)
    yield from _rest(guesses, [name for name, section in sections.items() if not section])


def _head(guesses: Guesses, path: Path) -> Lines:
    name = re.split(r"\.", masked(path.name))[0].strip() or "log"
    name = f"{name}_log" if name == CONTRACT else name
    yield HEAD.format(file=_commented(path.name), rows=guesses.file.rows)
    yield f"profile = {quoted(name)}"
    yield f"en = {quoted(name)}  # what is this log called in English"
    yield f"zh = {quoted(name)}  # and in Chinese"
    if guesses.file.delimiter not in (",", "\t"):
        yield f"delimiter = {quoted(guesses.file.delimiter)}"
    if guesses.file.nothing:
        texts = ", ".join(map(quoted, guesses.file.nothing))
        yield f"nothing = [{texts}]  # found in the file: does each of them mean that there is no value?"
    yield from _clocks(guesses)


def _clocks(guesses: Guesses) -> Lines:
    found = [found for name in TIMES if (found := guesses.moments_of(name))]
    if any(not one.has_offset and one.grain is TimeGrain.INSTANT and not one.is_number for one in found):
        yield '# zone = "Asia/Shanghai"  # of the times that name none? Without this line: the home\'s own'
    by_numbers = [one for one in found if one.is_by_numbers and not one.format]
    if by_numbers:
        orders = {one.date_order for one in by_numbers} - {None}
        order, is_known = orders.pop() if len(orders) == 1 else "day-first", len(orders) == 0
        is_known = any(one.date_order for one in by_numbers) and is_known
        yield f'{"" if is_known else "# "}date_order = "{order}"  # is 03/04/2025 in April (day-first) or in March?'
    if ID in guesses.taken and "updated_at" not in guesses.taken:
        yield '# later_files = "restate"  # does a later file hold newer rows of the same attempts?'


def _identifiers(guesses: Guesses) -> Lines:
    personal = [column for column in guesses.free if person(column) or is_personal(column)]
    if personal:
        yield from ("", "[identifiers]  # these seem to tell who somebody is, and nothing needs them")
        yield from (f'{quoted(column.name)} = "drop"' for column in personal)


def _plain(guesses: Guesses, name: str) -> Lines:
    column = guesses.column(name)
    if column is None:
        return
    yield from (f"[columns.{name}]", f"column = {quoted(column.name)}")
    if name in ONLY_FOR["hash"] and (found := person(column)):
        yield f"hash = true  # the values look like {found}: of each only a keyed hash is kept"


def _id(guesses: Guesses, name: str) -> Lines:
    column = guesses.column(name)
    if column is None:
        yield f"[columns.{name}]  # no column is unique: a row is known by its place, and one in two files counts twice"
        yield "row_position = true"
    elif column.is_unique:
        yield f"[columns.{name}]  # unique in all rows looked at, and never blank"
        yield f"column = {quoted(column.name)}"
    else:
        yield f"[columns.{name}]  # {column.rows - len(column.values):,} rows repeat an id: of them the newest counts"
        yield f"column = {quoted(column.name)}"
    if column and (found := person(column)):
        yield f"hash = true  # the values look like {found}: of each only a keyed hash is kept"


def _time(guesses: Guesses, name: str) -> Lines:
    found = guesses.moments_of(name)
    if found is None:
        if name == TIMES[0]:
            yield from _asked(name, "when was the attempt made? Without this no row can be loaded")
        return
    columns = guesses.taken[name]
    told = "with an offset" if found.has_offset else f"as fine as one {found.grain}"
    yield f"[columns.{name}]  # times {told}, such as {_commented(columns[0].common(1)[0])}"
    yield _named(columns)
    if found.format and len(columns) == 1:
        yield f"format = {quoted(found.format)}"


def _grain(guesses: Guesses, name: str) -> Lines:
    found = guesses.moments_of(TIMES[0])
    if name in guesses.taken:
        yield from _plain(guesses, name)
    elif found and found.grain is not TimeGrain.INSTANT and len(guesses.taken[TIMES[0]]) == 1:
        yield from (f"[columns.{name}]", f"constant = {quoted(found.grain)}")


def _outcome(guesses: Guesses, name: str) -> Lines:
    column = guesses.column(name)
    if column is None:
        yield from _asked(name, f"which column says {', '.join(Outcome)}? Without this no row can be loaded")
        return
    yield f"[columns.{name}]"
    yield f"column = {quoted(column.name)}"
    if any(value.lower() != meant for value, meant in guesses.outcomes.items()):
        yield f"# otherwise = {quoted(Outcome.EXCLUDED)}  # what is any other value? Without this line: kept out"
        yield from ("", f"[columns.{name}.values]  # guessed from the words; is each of them right?")
        yield from (_meaning(value, meant, column) for value, meant in guesses.outcomes.items())


def _meaning(value: str, meant: str | None, column: Column) -> str:
    rows = f"{column.values[value]:,} rows"
    if meant is None:
        return f'# {quoted(value)} = "?"  # {rows}: which of {", ".join(Outcome)}?'
    return f"{quoted(value)} = {quoted(meant)}  # {rows}"


def _reasons(guesses: Guesses, name: str) -> Lines:
    columns = guesses.taken.get(name)
    if not columns:
        return
    told = f"of the rows with a value {guesses.refused_where_filled(columns[0]):.0%} are refused"
    yield f"[columns.{name}]  # {told if guesses.outcomes else 'by its name'}; does it say why?"
    yield _named(columns)
    scheme, mark = _listed(columns)
    if mark:
        yield f"split = {quoted(mark)}  # several codes in a cell"
    if scheme and scheme != DEFAULT_SCHEME:
        yield f"scheme = {quoted(scheme)}"
    elif not scheme:
        yield '# scheme = "mine"  # on which list are the codes? See docs/profiles.md; unknown ones load as unmapped'


def _listed(columns: tuple[Column, ...]) -> tuple[str | None, str | None]:
    """The list that the codes are on, and what parts several of them in one cell."""
    mark = separator(columns[0]) if len(columns) == 1 else None
    return reason_scheme(columns, mark), mark


def _scheme(guesses: Guesses, name: str) -> Lines:
    scheme, _ = _listed(guesses.taken.get(REASONS, ()))
    if name in guesses.taken:
        yield from _plain(guesses, name)
    elif scheme and scheme != DEFAULT_SCHEME:
        yield from (f"[columns.{name}]", f"constant = {quoted(scheme)}")


def _region(guesses: Guesses, name: str) -> Lines:
    column = guesses.column(name)
    if column is None:
        return
    yield from (f"[columns.{name}]", f"column = {quoted(column.name)}")
    scheme = region_scheme(column)
    if scheme:
        yield f"regions = {quoted(scheme)}  # {len(column.values):,} spellings"
    else:
        yield '# prefix = "NL-"  # are these the second half of ISO 3166-2 codes? And of which country?'


def _amount(guesses: Guesses, name: str) -> Lines:
    column = guesses.column(name)
    if column is None:
        return
    yield from (f"[columns.{name}]", f"column = {quoted(column.name)}")
    if column.unit:
        yield f"unit = {quoted(column.unit)}  # by its name"


def _currency(guesses: Guesses, name: str) -> Lines:
    amount, region = guesses.column(AMOUNT), guesses.column(REGION)
    if name in guesses.taken or amount is None:
        yield from _plain(guesses, name)
        return
    is_yuan = YUAN.search(amount.name.lower()) or any(YUAN.search(value) for value in amount.common(10))
    guess = "CNY" if is_yuan else CURRENCIES.get(region_scheme(region) or "") if region else None
    if guess:
        yield from (f"[columns.{name}]  # a guess: in which currency are the amounts?", f"constant = {quoted(guess)}")
    else:
        yield from (f"# [columns.{name}]  # in which currency are the amounts?", '# constant = "CNY"')


def _rest(guesses: Guesses, empty: list[str]) -> Lines:
    yield from ("", f"# Nothing in the file looks like: {', '.join(empty)}") if empty else ()
    unused = [column for column in guesses.file.columns if column in guesses.free or not column.filled]
    if unused:
        yield "# Columns of the file that nothing is taken from:"
        yield from (f"#   {_commented(quoted(column.name))}  ({len(column.values):,} values)" for column in unused)


def _asked(name: str, question: str) -> Lines:
    yield from (f"# [columns.{name}]  # {question}", '# column = "?"')


def _named(columns: tuple[Column, ...]) -> str:
    if len(columns) == 1:
        return f"column = {quoted(columns[0].name)}"
    return f"columns = [{', '.join(quoted(column.name) for column in columns)}]"


def _commented(text: str) -> str:
    """A text that stays in its comment."""
    return "".join(character if character.isprintable() else " " for character in masked(text))


SECTIONS = {
    ID: _id,
    **dict.fromkeys(TIMES, _time),
    "time_grain": _grain,
    OUTCOME: _outcome,
    REASONS: _reasons,
    "scheme": _scheme,
    REGION: _region,
    AMOUNT: _amount,
    "currency": _currency,
}
"""How the columns are written that need more than a name."""
