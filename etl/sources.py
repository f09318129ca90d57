"""Finds attempt files and reads them into the landing relation: Parquet here, text as `etl.text_files` says."""

from dataclasses import dataclass
from glob import escape
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

from etl.duck import MALFORMED_COLUMNS, Connection, keep_malformed, keep_no_objects, make_table, sha256
from etl.errors import UnreadableInput
from etl.manifest import LoadedFile
from etl.profile import FILE, FILE_HASH, ROW, Profile, otherwise, replaced
from etl.text_files import check_names, csv_rows, json_rows

PACKED = ("", ".gz", ".zst")
CSV_ENDINGS = tuple(f"{ending}{packed}" for ending in (".csv", ".tsv") for packed in PACKED)
JSON_ENDINGS = tuple(f"{ending}{packed}" for ending in (".jsonl", ".ndjson") for packed in PACKED)
ENDINGS = (".parquet", *CSV_ENDINGS, *JSON_ENDINGS)
HASH_SHOWN = 12


@dataclass(frozen=True)
class Source:
    """One file to load, known by its content."""

    path: Path
    sha256: str

    @property
    def is_csv(self) -> bool:
        return self.path.name.endswith(CSV_ENDINGS)

    @property
    def is_text(self) -> bool:
        """Text is read file by file, because each may have columns of its own."""
        return self.is_csv or self.path.name.endswith(JSON_ENDINGS)

    @property
    def facts(self) -> LoadedFile:
        return LoadedFile(self.path.name, self.path.stat().st_size, self.sha256)


def find_sources(paths: list[Path]) -> list[Source]:
    """The log files that the paths name, folders searched, in order of their names."""
    found = [file for path in paths for file in _files(path)]
    if not found:
        raise UnreadableInput(f"no log file ({', '.join(ENDINGS)}) in {', '.join(map(str, paths))}")
    return [_source(path) for path in found]


def _source(path: Path) -> Source:
    try:
        return Source(path, sha256(path))
    except OSError as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem.strerror}") from problem


def land(connection: Connection, sources: list[Source], profile: Profile) -> None:
    """Make three relations of one batch (one CSV or JSON file, or Parquet files of one shape).

    `source`: every column as in the files, with the technical ones (row 1 = first data row);
    `landing`: the contract's columns; `malformed` (source_file, source_row, raw): lines that are no row.
    """
    read = _text if sources[0].is_text else _parquet
    source = read(connection, sources, profile)
    expressions = profile.landing(source.columns, sources[0].path.name)
    source.select(*expressions).create_view("landing", replace=True)


BATCH_BYTES = 12_000_000
"""About a third of a million rows of Parquet: small enough for any laptop, and the progress bar moves."""


def batches(sources: list[Source], largest: int = BATCH_BYTES) -> list[list[Source]]:
    """The sources in groups that fit in memory together; a text file is always alone."""
    groups: list[list[Source]] = []
    size = 0
    for source in sources:
        bytes_here = source.path.stat().st_size
        is_alone = source.is_text or not groups or groups[-1][0].is_text or size + bytes_here > largest
        if is_alone:
            groups.append([])
            size = 0
        groups[-1].append(source)
        size += bytes_here
    return groups


def log_files(folder: Path) -> list[Path]:
    """The files of a folder that can be loaded, in order of their names."""
    return [file for file in sorted(folder.iterdir()) if file.name.endswith(ENDINGS)]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return log_files(path)
    if not path.exists():
        raise UnreadableInput(f"{path} does not exist")
    if not path.name.endswith(ENDINGS):
        raise UnreadableInput(f"{path}: a log file ends in {', '.join(ENDINGS)}")
    return [path]


def _parquet(connection: Connection, sources: list[Source], profile: Profile) -> duckdb.DuckDBPyRelation:
    paths = [escape(str(source.path)) for source in sources]
    try:
        relation = connection.read_parquet(paths, filename=True, file_row_number=True, union_by_name=True)
    except duckdb.Error as problem:
        raise UnreadableInput(f"{sources[0].path.name} … cannot be read: {str(problem).splitlines()[0]}") from problem
    check_names(relation.columns, sources[0].path.name)
    name = _name_column(sources).alias(FILE)
    row = (ColumnExpression("file_row_number") + ConstantExpression(1)).alias(ROW)
    columns = StarExpression(exclude=["filename", "file_row_number"])
    relation.select(columns, name, row, _hash_column(sources, profile)).create_view("source", replace=True)
    make_table(connection, "malformed", MALFORMED_COLUMNS, [])
    return connection.view("source")


def _name_column(sources: list[Source]) -> duckdb.Expression:
    """What a row's file is called: its name, with its folder where two files of a batch have the same one."""
    path = ColumnExpression("filename")
    if len({source.path.name for source in sources}) == len(sources):
        return FunctionExpression("parse_filename", path)
    return otherwise(replaced(path, {str(s.path): f"{s.path.parent.name}/{s.path.name}" for s in sources}), path)


def _hash_column(sources: list[Source], profile: Profile) -> duckdb.Expression:
    if not profile.uses_row_position:
        return ConstantExpression("").alias(FILE_HASH)
    hashes = {str(source.path): source.sha256[:HASH_SHOWN] for source in sources}
    return otherwise(replaced(ColumnExpression("filename"), hashes), ConstantExpression("")).alias(FILE_HASH)


def _text(connection: Connection, sources: list[Source], profile: Profile) -> duckdb.DuckDBPyRelation:
    [source] = sources
    path = source.path
    try:
        rows = csv_rows(connection, path, profile.delimiter) if source.is_csv else json_rows(connection, path)
        name = ConstantExpression(path.name).alias(FILE)
        hashed = ConstantExpression(source.sha256[:HASH_SHOWN]).alias(FILE_HASH)
        rows.select(StarExpression(), name, hashed).to_table("source")
    except duckdb.Error as problem:
        raise UnreadableInput(f"{path.name} cannot be read: {str(problem).splitlines()[0]}") from problem
    keep_malformed(connection, path.name)
    if not source.is_csv:
        keep_no_objects(connection, path.name)
    return connection.table("source")
