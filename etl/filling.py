"""Fills a snapshot's tables with sums: texts as enumerations, rows in an order that lets questions skip, in slices.

Models stay plain SQL that any engine runs; what is special to the file that readers open is done here.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from etl.duck import Connection, make_table, relations, values

SLICE = 5_000_000
"""Attempts of the days that are sorted at once: what bounds the memory."""
SETS = "reason_codes"
"""The text that a table keeps as a number."""


def sliced(attempts: dict[str, int]) -> Iterator[list[str]]:
    """The days in order, so many together that they have `SLICE` attempts at most; a larger day stands alone."""
    slice_: list[str] = []
    held = 0
    for day, count in sorted(attempts.items()):
        if slice_ and held + count > SLICE:
            yield slice_
            slice_, held = [], 0
        slice_.append(day)
        held += count
    if slice_:
        yield slice_


def name_values(connection: Connection, rollups: Sequence[str]) -> None:
    """A type `<column>_values` for every column of text in the rollups: the values that are known, then the new ones.

    `rollups` ends with the smallest. Where a value is new, the tables that are there already learn the type.
    """
    held = [name for name in rollups if name in relations(connection, "snap")]
    for column, smallest in _texts(connection, rollups).items():
        known = _known(connection, column, held)
        new = sorted(values(connection, f"memory.{smallest}", column) - set(known))
        _make_type(connection, column, [*known, *new])
        for name in held if new else ():
            if column in connection.table(f"snap.{name}").columns:
                connection.execute(f"alter table snap.{name} alter {column} type memory.main.{column}_values")


def merge_days(connection: Connection, name: str, fresh_days: frozenset[str], slices: list[list[str]]) -> None:
    """`snap.name`: the fresh rows of `name`, beside what it holds of every other day."""
    fresh, order = _typed(connection, name)
    if name in relations(connection, "snap"):
        fresh_ones = "select cast(unnest(?) as date)"
        connection.execute(f"delete from snap.{name} where day in ({fresh_ones})", [sorted(fresh_days)])
    else:
        connection.execute(f"create table snap.{name} as {fresh} limit 0")
    for days in slices:
        within = "where day between cast(? as date) and cast(? as date)"
        connection.execute(f"insert into snap.{name} by name {fresh} {within} order by {order}", [days[0], days[-1]])


def type_as_in_rollups(connection: Connection, table: str, column: str) -> None:
    """Let a small table of the database in use be joined by the values of a column, those that rollups know."""
    known = f"select cast(unnest(enum_range(cast(null as memory.main.{column}_values))) as varchar)"
    typed = f"select * replace (cast({column} as memory.main.{column}_values) as {column}) from {table}"
    connection.execute(f"create or replace table {table} as {typed} where {column} in ({known})")


def _texts(connection: Connection, rollups: Sequence[str]) -> dict[str, str]:
    """Every column of text, with the smallest rollup that has it."""
    found = {}
    for name in rollups:
        table = connection.table(f"memory.{name}")
        found.update({c: name for c, type_ in zip(table.columns, table.types, strict=True) if type_ == "VARCHAR"})
    return {column: name for column, name in found.items() if column != SETS}


def _known(connection: Connection, column: str, held: Sequence[str]) -> list[str]:
    for name in held:
        table = connection.table(f"snap.{name}")
        if column in table.columns:
            children: list[tuple[str, Any]] = table.types[table.columns.index(column)].children
            return list(dict(children)["values"])
    return []


def _make_type(connection: Connection, column: str, known: list[str]) -> None:
    make_table(connection, "known_values", "position integer, value varchar", list(enumerate(known)))
    connection.execute(
        f"create or replace type memory.main.{column}_values as enum (select value from known_values order by position)"
    )


def _typed(connection: Connection, name: str) -> tuple[str, str]:
    """A rollup as the snapshot holds it, and the order of its rows; other tables stay as they are, by day."""
    table = connection.table(f"memory.{name}")
    if SETS not in table.columns:
        return f"from memory.{name}", "day"
    columns = [
        f"cast({column} as memory.main.{column}_values) as {column}" if type_ == "VARCHAR" else column
        for column, type_ in zip(table.columns, table.types, strict=True)
        if column != SETS
    ]
    selected = ", ".join(["reason_set_id", *columns])
    return f"select {selected} from memory.{name} join reason_sets using ({SETS})", "outcome, day, reason_set_id"
