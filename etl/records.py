"""Lines of text as records, each behind the number of its first line; lines that do not split are kept apart."""

import csv
import re
from collections import deque
from collections.abc import Sequence

from etl.dialects import QUOTE, Dialect
from etl.plain import longest_line, times

LONGEST_RECORD = 1_000_000
"""Bytes after which a quote that was opened counts as never closed, and a line as too long for a row."""
MOST_LINES = 1_000
"""Lines that one quoted value may have, for the same reason."""
NO_JSON = "\x01"
"""A character that cannot stand in JSON unescaped, so that no line of JSON is split."""
JSON_LINES = Dialect(("line",), NO_JSON, 0)
COMMA, NEVER = ",", b"\0"

Line = tuple[int, bytes]


class Foreign(bytes):
    """A line that is not in the encoding of its file."""


class Records:
    """Takes the lines of a file one after the other; `malformed` and `blank_lines` are what was no record."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.is_json = dialect is JSON_LINES
        self.is_wide = len(dialect.delimiter.encode()) > 1
        self.delimiter = COMMA if self.is_wide else dialect.delimiter
        self.last_line = 0
        self.blank_lines = 0
        self.malformed: list[tuple[int, str]] = []
        self.open: list[Line] = []
        self.written: list[bytes] = []

    @property
    def is_between_records(self) -> bool:
        """Whether the next line begins one, in a layout that DuckDB reads as it stands."""
        return not self.open and (self.is_json or self.dialect.is_plain)

    def may_each_be_one(self, lines: bytes) -> bool:
        """Whether DuckDB, which checks the rest, may read each line as a record: none is too long for one.

        DuckDB lets one delimiter too many at the end of a line pass, which is none of ours.
        """
        if longest_line(lines) >= LONGEST_RECORD:
            return False
        delimiter, between = self.delimiter.encode(), len(self.dialect.names) - 1
        if self.is_json or delimiter + b"\n" not in lines:
            return True
        if QUOTE.encode() not in lines:
            return times(delimiter, lines) == between * times(b"\n", lines)
        return all(line.count(delimiter) == between for line in lines.split(b"\n") if line.endswith(delimiter))

    def take(self, lines: Sequence[bytes], *, is_clean: bool) -> None:
        """`is_clean`: no line is `Foreign`."""
        skipped = min(len(lines), max(0, self.dialect.lines_before - self.last_line))
        quote = NEVER if self.is_json else QUOTE.encode()
        delimiter, between = self.delimiter.encode(), len(self.dialect.names) - 1
        is_quick, number, write = is_clean and not self.is_wide, self.last_line + skipped, self.written.append
        for line in lines[skipped:]:
            number += 1
            is_simple = line.count(delimiter) == between and quote not in line and line
            if is_quick and is_simple and not self.open and len(line) < LONGEST_RECORD:
                write(b"%d%b%b\n" % (number, delimiter, line))
            else:
                self._take_slowly((number, line))
        self.last_line = number

    def finish(self) -> None:
        """No line follows: a quote that is still open is never closed."""
        while self.open:
            self._again(deque(self._give_up()))

    def handed_over(self) -> bytes:
        """What was written since the last time."""
        written, self.written = self.written, []
        return b"".join(written)

    def _take_slowly(self, line: Line) -> None:
        self._again(deque([line]))

    def _again(self, queue: deque[Line]) -> None:
        while queue:
            queue.extendleft(reversed(self._one(queue.popleft())))

    def _one(self, line: Line) -> list[Line]:
        """Take one line; what is returned must be taken again."""
        number, text = line
        if self.open:
            self.open.append(line)
            return self._try() if QUOTE.encode() in text or self._is_too_long() else []
        if not text.strip():
            self.blank_lines += 1
        elif isinstance(text, Foreign) or len(text) >= LONGEST_RECORD or (self.is_json and NO_JSON.encode() in text):
            self._keep_out(line)
        elif self.is_json:
            self.written.append(b"%d%b%b\n" % (number, self.delimiter.encode(), text))
        else:
            self.open = [line]
            return self._try()
        return []

    def _try(self) -> list[Line]:
        """Close the record that is open if it is whole; lines of one that cannot be one are taken again."""
        number, _ = self.open[0]
        try:
            cells = self._cells(b"\n".join(text for _, text in self.open).decode("utf-8"))
        except UnicodeDecodeError:
            return self._give_up()
        except csv.Error as problem:
            is_unfinished = "unexpected end of data" in str(problem)
            return [] if is_unfinished and not self._is_too_long() else self._give_up()
        if len(cells) != len(self.dialect.names):
            return self._give_up()
        self.open = []
        self.written.append(self.delimiter.join([str(number), *map(_quoted, cells)]).encode() + b"\n")
        return []

    def _cells(self, text: str) -> list[str]:
        lines, delimiter = _physical(text), self.dialect.delimiter
        try:
            return next(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True), [])
        except csv.Error as problem:
            padded = _padded_cells(text, delimiter) if "expected after" in str(problem) else None
            if padded is None:
                raise
            return padded

    def _is_too_long(self) -> bool:
        return len(self.open) > MOST_LINES or sum(len(text) for _, text in self.open) > LONGEST_RECORD

    def _give_up(self) -> list[Line]:
        """The first open line is no record; what follows may be."""
        first, *others = self.open
        self.open = []
        self._keep_out(first)
        return others

    def _keep_out(self, line: Line) -> None:
        number, text = line
        self.malformed.append((number, text.decode("utf-8", "backslashreplace")))


def _physical(text: str) -> list[str]:
    """The lines with their line feeds: the other characters that Python ends lines at are part of a value."""
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), last]


def _padded_cells(text: str, delimiter: str) -> list[str] | None:
    """The cells where blanks may stand behind a closing quote: Python's reader does not allow that, DuckDB does."""
    end = re.escape(delimiter)
    cell = re.compile(rf' *"((?:[^"]|"")*)" *(?={end}|\Z)|([^"{end}](?:[^{end}])*|)(?={end}|\Z)')
    cells, place = [], -1
    while place < len(text):
        found = cell.match(text, place + 1)
        if found is None:
            return None
        inside, bare = found.groups()
        cells.append(bare if inside is None else inside.replace(QUOTE * 2, QUOTE))
        place = found.end()
    return cells


def _quoted(cell: str) -> str:
    return f'"{cell.replace(QUOTE, QUOTE * 2)}"' if cell else ""
