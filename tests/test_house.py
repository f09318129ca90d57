"""House rules that no linter knows: who imports whom, names, sizes, where SQL lives, what stays out."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("etl", "dashboard", "synthetic_data")

MAY_IMPORT = {"etl": {"etl"}, "dashboard": {"dashboard", "etl"}, "synthetic_data": {"synthetic_data", "etl"}}
COMPOSITION_ROOT = ("etl/__main__.py", "synthetic_data")
"""The listed exception: the verb `demo` brings the rooms together, inside a function."""

ONE_ROOM_ONLY = {"faker": "synthetic_data", "streamlit": "dashboard", "plotly": "dashboard", "duckdb": "etl"}

LONGEST_FUNCTION = 50
LONGEST_MODULE = 300

SQL_IN_PYTHON = {
    "etl/query.py": "the one composer of questions",
    "etl/conditions.py": "what questions about sums and about rows share",
    "etl/rows.py": "the rows behind a number, under the same conditions",
    "etl/filling.py": "plumbing: types sums as a snapshot holds them, and merges their days",
    "etl/duck.py": "plumbing: runs model files, reads and writes Parquet, counts rows",
}
SQL = re.compile(
    r"\s*(select\s|with\s+\w+\s+as\s|insert\s+into\s|create\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view|macro)\s"
    r"|update\s+\w+\s+set\s|delete\s+from\s|drop\s+(table|view)\s|copy\s*\(|attach\s|merge\s+into\s)"
)

DIVIDES = {"etl/models/snapshot/credited_members.sql": "whole units by a divisor of theirs: exact, and no rate"}

FORBIDDEN_WORD = re.compile(r"\w*(?:reject|declin)\w*", re.IGNORECASE)
ALLOWED_WORDS = {
    "store_rejects": "a DuckDB option",
    "rejects_table": "a DuckDB option",
    "rejects_scan": "a DuckDB option",
    "rejects_limit": "a DuckDB option",
    "reject_errors": "a table that DuckDB makes",
    "reject_scans": "a table that DuckDB makes",
}
FOREIGN_WORDS = ("etl/profiles/", "etl/catalogue/schemes/")
"""Where the values and codes of other people's files are quoted."""

KEPT_OUT = re.compile(r"index[-]url|pypi[.]|/simple[/]|find[-]links|/work[/]|/tmp[/]plan|/root[/]")
TEXT = {".py", ".sql", ".toml", ".csv", ".md", ".txt", ".css", ".json", ".yml", ".yaml", ""}


@cache
def _python_files(*folders: str) -> tuple[Path, ...]:
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _modules(node: ast.AST, path: Path) -> list[str]:
    """The absolute names of the modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    package = path.relative_to(ROOT).parent.parts
    base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
    module = ".".join(part for part in (base, node.module) if part)
    return [module, *(f"{module}.{alias.name}".lstrip(".") for alias in node.names)]


def _imports(path: Path) -> set[str]:
    return {module for node in ast.walk(_tree(path)) for module in _modules(node, path)}


def _rooms_imported(path: Path) -> set[str]:
    return {module.split(".")[0] for module in _imports(path)} & set(ROOMS)


def _strings(path: Path) -> Iterator[str]:
    """The texts in a module that are not docstrings."""
    tree = _tree(path)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def _tracked() -> list[Path]:
    """What git holds or would add; in a tree without git, every file outside hidden folders and data/."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        paths = [ROOT / name for name in done.stdout.split("\0") if name]
    else:
        tops = [top for top in ROOT.iterdir() if not top.name.startswith(".") and top.name != "data"]
        paths = [path for top in tops for path in (top, *top.rglob("*"))]
    return [path for path in paths if path.is_file() and path.suffix in TEXT]


# ------------------------------------------------------------------------------------------- who imports whom


def test_dashboard_and_synthetic_data_lean_on_etl_and_etl_on_nobody() -> None:
    found = {
        (_name(path), room)
        for home in ROOMS
        for path in _python_files(home)
        for room in _rooms_imported(path) - MAY_IMPORT[home]
    }

    assert found - {COMPOSITION_ROOT} == set()


def test_imports_are_absolute() -> None:
    relative = [
        f"{_name(path)}:{node.lineno}"
        for path in _python_files(*ROOMS, "tests")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_the_composition_root_imports_synthetic_data_inside_a_function_only() -> None:
    path = ROOT / COMPOSITION_ROOT[0]
    functions = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    outside = [node for node in ast.walk(_tree(path)) if id(node) not in inside]
    at_the_top = {module.split(".")[0] for node in outside for module in _modules(node, path)}

    assert COMPOSITION_ROOT[1] not in at_the_top


@pytest.mark.parametrize(("package", "home"), ONE_ROOM_ONLY.items())
def test_a_heavy_dependency_is_known_to_one_room(package: str, home: str) -> None:
    users = {
        path.relative_to(ROOT).parts[0]
        for path in _python_files(*ROOMS)
        if package in {module.split(".")[0] for module in _imports(path)}
    }

    assert users <= {home}


def test_asking_questions_needs_neither_a_screen_nor_a_generator() -> None:
    heavy = ("streamlit", "plotly", "faker")
    program = f"import sys, etl.query; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_resolves_inside_this_repository(room: str) -> None:
    assert Path(str(import_module(room).__file__)).resolve().is_relative_to(ROOT.resolve())


# ------------------------------------------------------------------------------------------- names and sizes


def test_no_file_beside_the_entry_script_hides_a_package() -> None:
    """`streamlit run dashboard/app.py` puts dashboard/ first on the path."""
    taken = {*packages_distributions(), *ROOMS, *sys.stdlib_module_names, "pages"} - {"dashboard"}
    names = {path.stem for path in (ROOT / "dashboard").iterdir() if not path.name.startswith(("_", "."))}

    assert names & taken == set()


def test_every_module_says_what_lives_there() -> None:
    silent = [_name(path) for path in _python_files(*ROOMS, "tests") if not ast.get_docstring(_tree(path))]

    assert silent == []


def test_no_function_is_long() -> None:
    long = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in _python_files(*ROOMS, "tests")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_no_module_is_long() -> None:
    lengths = {
        _name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in _python_files(*ROOMS, "tests")
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_tests_are_flat() -> None:
    assert [_name(path) for path in _python_files("tests") if path.parent != ROOT / "tests"] == []


def test_a_refusal_is_called_a_refusal() -> None:
    files = [path for path in _tracked() if _name(path).startswith(tuple(f"{room}/" for room in ROOMS))]
    found = {
        f"{_name(path)}: {word}"
        for path in files
        if not _name(path).startswith(FOREIGN_WORDS)
        for word in FORBIDDEN_WORD.findall(path.read_text(encoding="utf-8"))
        if word not in ALLOWED_WORDS
    }

    assert found == set()


# ------------------------------------------------------------------------------------------- SQL


def _is_sql(text: str) -> bool:
    """Whether a text opens like a statement; SQL is all lower or all upper case, a sentence is neither."""
    return bool(SQL.match(text) or (SQL.match(text.lower()) and text.split()[0].isupper()))


def test_sql_lives_in_sql_files_and_where_it_is_listed() -> None:
    found: dict[str, list[str]] = {}
    for path in _python_files(*ROOMS):
        for text in filter(_is_sql, _strings(path)):
            found.setdefault(_name(path), []).append(text[:60])

    assert {name: texts for name, texts in found.items() if name not in SQL_IN_PYTHON} == {}
    assert set(SQL_IN_PYTHON) - set(found) == set(), "no longer needed in the list"


def _models() -> list[Path]:
    return sorted((ROOT / "etl" / "models").rglob("*.sql"))


def test_every_model_states_its_grain_on_the_first_line() -> None:
    without = [
        _name(path)
        for path in _models()
        if not path.read_text(encoding="utf-8").startswith(("-- one row per ", "-- one row: "))
    ]

    assert _models()
    assert without == []


def test_no_model_divides_since_a_rate_is_divided_in_one_place() -> None:
    def code(path: Path) -> str:
        return re.sub(r"--[^\n]*|'[^']*'", "", path.read_text(encoding="utf-8"))

    assert {_name(path) for path in _models() if re.search(r"/|\bavg\(", code(path))} == set(DIVIDES)


def test_no_test_replaces_duckdb() -> None:
    for path in _python_files("tests"):
        assert not {module for module in _imports(path) if "mock" in module.lower()}, _name(path)
        assert not re.search(r"patch\w*\W+(setattr\W+)?duckdb", path.read_text(encoding="utf-8")), _name(path)


# ------------------------------------------------------------------------------------------- what stays out


def test_no_file_carries_an_index_address_or_a_path_of_one_machine() -> None:
    found = {
        f"{_name(path)}: {found.group()}"
        for path in _tracked()
        for found in KEPT_OUT.finditer(path.read_text(encoding="utf-8"))
    }

    assert found == set()


def test_pins_are_plain_versions() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert "refusal-lens" not in {line.split("==")[0].lower() for line in lines}
