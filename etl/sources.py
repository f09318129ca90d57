"""From the paths of a user to the landing relation: which content is new is told by hashes, what is large is cut."""

import hashlib
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from duckdb import ConstantExpression, StarExpression

from etl.duck import MALFORMED_COLUMNS, Connection, copy_table, make_table, sha256
from etl.errors import UnreadableInput
from etl.found import ENDINGS, PARQUET, check_regular, find, log_files
from etl.identifiers import masked
from etl.magic import check_parquet
from etl.manifest import LoadedFile
from etl.notes import NOTES, promised_hashes
from etl.privacy import HashKey, protect
from etl.profile import FILE, FILE_HASH, Profile
from etl.staging import Staged
from etl.tables import (
    DATABASE_ENDINGS,
    SEPARATOR,
    Rows,
    land_parquet,
    land_table,
    ranges,
    rows_in_parquet,
    rows_in_table,
    with_times_as_text,
)
from etl.text_files import CSV_ENDINGS, JSON_ENDINGS, land_staged, land_text, mapped_columns, staged_pieces
from etl.unpacking import PACKED

__all__ = ["BATCH_BYTES", "ENDINGS", "Source", "batches", "find_sources", "land", "log_files"]

HASH_SHOWN = 12
BATCH_BYTES = 12_000_000
"""About a third of a million rows of Parquet: small enough for any laptop, and the progress bar moves."""
PIECE_BYTES = 256_000_000
"""Text of a file that is held in memory at once; a larger file is taken in pieces of that size."""
PACKED_PIECE_BYTES = PIECE_BYTES // 10
ROWS_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Source:
    """One file to load, or one table of a database, known by its content; or a part of one that is large."""

    path: Path
    sha256: str
    size: int
    changed: int
    table: str = ""
    rows: Rows | None = None
    staged: Staged | None = None

    @property
    def name(self) -> str:
        """As it is stored: who made the file may have named it after somebody."""
        return masked(f"{self.path.name}{SEPARATOR}{self.table}" if self.table else self.path.name)

    @property
    def argument(self) -> str:
        """What stands for it in a command to be copied; `FILE` where its name is not to be shown."""
        text = f"{self.path}{SEPARATOR}{self.table}" if self.table else str(self.path)
        return shlex.quote(text) if masked(text) == text else "FILE"

    @property
    def is_text(self) -> bool:
        """Text is read file by file, because each may have columns of its own."""
        return self.path.name.endswith((*CSV_ENDINGS, *JSON_ENDINGS))

    @property
    def is_alone_in_its_batch(self) -> bool:
        """A table, or text, whose files may each have columns of their own."""
        return self.is_text or bool(self.table)

    @property
    def facts(self) -> LoadedFile:
        return LoadedFile(self.name, self.size, self.sha256)

    def check_promise(self, promised: str) -> None:
        """Raises `UnreadableInput` where the notes beside the file promise another content."""
        if self.sha256 != promised:
            raise UnreadableInput(
                f"{self.path} is not the file that {NOTES} beside it describes; fetch it again, or move {NOTES} away"
            )

    def check_unchanged(self) -> None:
        """Raises `UnreadableInput` where somebody wrote to the file since it was found."""
        if _stamp(self.path) != (self.size, self.changed):
            raise UnreadableInput(
                f"{self.path} changed while it was read; load it again when whoever writes it has finished"
            )


def find_sources(paths: Sequence[Path | str]) -> list[Source]:
    """The log files that the paths name, folders searched, in order of their names."""
    found = [file for path in paths for file in find(path)]
    if not found:
        raise UnreadableInput(f"no log file ({', '.join(ENDINGS)}) in {', '.join(map(str, paths))}")
    promised = {folder: promised_hashes(folder) for folder in {path.parent for path, _ in found}}
    sources = [_source(path, table) for path, table in found]
    for source in sources:
        source.check_promise(promised[source.path.parent].get(source.path.name, source.sha256))
    return sources


def batches(
    sources: list[Source],
    largest: int = BATCH_BYTES,
    *,
    profile: Profile | None = None,
    staging: Path | None = None,
) -> Iterator[list[Source]]:
    """The sources in groups that fit in memory together, made as they are asked for.

    With a `profile` a large text file comes in pieces, each of which lies below `staging` until the next is asked for.
    """
    group: list[Source] = []
    for source in sources:
        if group and (_stands_alone(source, largest) or sum(each.size for each in [*group, source]) > largest):
            yield group
            group = []
        if _stands_alone(source, largest):
            yield from ([part] for part in _parts(source, largest, profile, staging))
        else:
            group.append(source)
    if group:
        yield group


def land(
    connection: Connection,
    sources: list[Source],
    profile: Profile,
    staging: Path | None = None,
    key: HashKey | None = None,
) -> Counter[str]:
    """Make three relations of one batch and tell what was mended (the keys are those of `etl.catalogue.fixes`).

    `source`: every column as in the files, with the technical ones (`__row` is the line of a text file, the row of
    another); `landing`: the contract's columns; `malformed` (source_file, source_row, raw): lines that are no row.
    With a `key` no direct identifier gets any further as it is; without one the rows may be looked at, not stored.
    """
    first = sources[0]
    try:
        fixes = _numbered(connection, sources, profile, staging)
    except duckdb.Error as problem:
        raise UnreadableInput(f"{first.name} cannot be read: {str(problem).splitlines()[0]}") from problem
    for source in sources:
        source.check_unchanged()
    columns = connection.view("source").columns
    landing = profile.landing(columns, first.name, first.argument)
    if key:
        fixes += protect(connection, profile, first.name, key, first.argument)
    connection.view("source").select(*landing).create_view("landing", replace=True)
    return fixes


def _numbered(connection: Connection, sources: list[Source], profile: Profile, staging: Path | None) -> Counter[str]:
    """Make `source` and `malformed`."""
    first = sources[0]
    hashes = {source.path: source.sha256[:HASH_SHOWN] for source in sources}
    fixes, technical = Counter[str](), []
    if first.is_text:
        fixes = _text(connection, first, profile, staging)
    else:
        make_table(connection, "malformed", MALFORMED_COLUMNS, [])
    if first.table:
        land_table(connection, first.path, first.table, first.rows)
    elif not first.is_text:
        land_parquet(connection, hashes, first.rows)
    if first.is_alone_in_its_batch:
        technical = [_constant(first.name, FILE), _constant(hashes[first.path], FILE_HASH)]
    rows = connection.view("numbered").select(StarExpression(), *technical)
    if first.is_text:
        rows.create_view("source", replace=True)
    else:
        _read_now(connection, rows)
    return fixes


def _read_now(connection: Connection, rows: duckdb.DuckDBPyRelation) -> None:
    """Whatever is wrong with the file is found here, and in no model after this."""
    with_times_as_text(rows).create_view("file_rows", replace=True)
    copy_table(connection, "file_rows", "rows_read")
    connection.table("rows_read").select(StarExpression()).create_view("source", replace=True)


def _text(connection: Connection, source: Source, profile: Profile, staging: Path | None) -> Counter[str]:
    if source.staged:
        return land_staged(connection, source.name, source.staged, mapped_columns(profile))
    return land_text(connection, source.path, profile, staging)


def _constant(value: str, name: str) -> duckdb.Expression:
    return ConstantExpression(value).alias(name)


def _source(path: Path, table: str) -> Source:
    check_regular(path)
    try:
        size, changed = _stamp(path)
        digest = sha256(path)
    except OSError as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem.strerror}") from problem
    if path.name.endswith(PARQUET):
        check_parquet(path)
    if path.name.endswith(DATABASE_ENDINGS):
        rows_in_table(path, table)
        log = path.with_name(f"{path.name}.wal")
        written_since = sha256(log) if log.exists() else ""
        digest = hashlib.sha256(f"{digest}{SEPARATOR}{table}{written_since}".encode()).hexdigest()
    source = Source(path, digest, size, changed, table)
    source.check_unchanged()
    return source


def _stamp(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _stands_alone(source: Source, largest: int) -> bool:
    return source.is_alone_in_its_batch or source.size > 2 * largest


def _parts(source: Source, largest: int, profile: Profile | None, staging: Path | None) -> Iterator[Source]:
    if source.is_text:
        limit = PACKED_PIECE_BYTES if source.path.suffix in PACKED else PIECE_BYTES
        if profile is None or source.size <= limit:
            yield source
            return
        for staged in staged_pieces(source.path, profile, staging, PIECE_BYTES):
            yield replace(source, staged=staged)
        return
    rows = rows_in_table(source.path, source.table) if source.table else rows_in_parquet(source.path)
    at_once = ROWS_AT_ONCE if source.table else max(1, (rows or 0) * largest // source.size)
    for part in ranges(rows, at_once) if rows else [None]:
        yield replace(source, rows=part)
