"""Files of a world that cannot be read as what they should be: the check tells in one line and never in a traceback."""

import json
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from planted import plain

from etl.errors import RefusalLensError
from synthetic_data import write_world
from synthetic_data.check import check_world

LAST = date(2026, 10, 31)
LOG = f"logs/attempts-{LAST}.parquet"
TRUTH = f"truth/attempts/attempts-{LAST}.parquet"
LABELS = f"truth/dirty/dirty-{LAST}.parquet"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("tiny"), days=2, attempts=300, dirty=0.2).home


@pytest.fixture
def small(tiny: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "home"))


FILES = [
    *("logs/manifest.json", "truth/days.jsonl", "truth/incidents.json", "truth/overlaps.json", "truth/total.json"),
    *("truth/shifts.json", LOG, TRUTH, LABELS),
]


def verdict(home: Path) -> str:
    """Whether the world passes, or one line that ends with what to run."""
    with suppress(RefusalLensError):
        return "passes" if check_world(home).passes else "does not pass"
    with pytest.raises(RefusalLensError, match=r"^[^\n]*python -m synthetic_data --home[^\n]*$"):
        check_world(home)
    return "cannot be read"


def is_told(home: Path) -> None:
    assert verdict(home) != "passes"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.97])
def test_a_file_that_was_cut_off_is_told(small: Path, name: str, share: float) -> None:
    content = (small / name).read_bytes().strip()
    (small / name).write_bytes(content[: int(share * len(content))])

    is_told(small)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", ["[]", "{}", "null", "3", '"text"', "[3]", "[{}]", "\x00", "[" * 99_999, "folder"])
def test_a_file_that_holds_something_else_is_told(small: Path, name: str, content: str) -> None:
    (small / name).unlink()
    if content == "folder":
        (small / name).mkdir()
    else:
        (small / name).write_text(content, encoding="utf-8")
    if (name, content) in {("truth/shifts.json", "[]"), ("truth/overlaps.json", "[]")}:
        return
    is_told(small)


VALUES: list[Any] = [None, -1, 1.5, "x", [], {}, [None], {"a": None}, "2026-10-31T00:00:00+08:00", 10**400]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith("json")])
def test_a_value_of_another_type_or_a_key_that_is_missing_makes_no_traceback(tmp_path: Path, name: str) -> None:
    """The world may pass where the value makes no difference, such as another kind of incident."""
    write_world(tmp_path, **({"days": 20, "scenario": "campaign"} if "shifts" in name else {"days": 2}), attempts=99)
    path = tmp_path / name
    content = json.loads(path.read_text(encoding="utf-8"))
    entry = content[0] if isinstance(content, list) and content else content
    for where in (entry, *(entry["days"][:1] if "days" in entry else ())):
        for key in [*where] if isinstance(where, dict) else ():
            before = where.pop(key)
            makes_no_traceback(tmp_path, path, content)
            for where[key] in VALUES:
                makes_no_traceback(tmp_path, path, content)
            where[key] = before


def makes_no_traceback(home: Path, path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
    verdict(home)


@pytest.mark.parametrize("name", [LOG, TRUTH, LABELS])
def test_a_table_without_a_column_or_with_another_type_is_told(small: Path, name: str) -> None:
    table = plain(pq.read_table(small / name))
    asked = {"attempt_id", "attempted_at", "outcome", "score", "root_attempt_id", "attempt_number", "role", "label"}
    for column in asked & set(table.column_names):
        place = table.column_names.index(column)
        pq.write_table(table.drop_columns([column]), small / name)
        is_told(small)
        for values in ([None] * len(table), ["x"] * len(table), [[1]] * len(table), [float("nan")] * len(table)):
            pq.write_table(table.set_column(place, column, pa.array(values)), small / name)
            is_told(small)
