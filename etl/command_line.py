"""Runs a command-line app: what a user can cause is one line and exit code 2, never a traceback."""

import gc
import sys
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.exceptions import TyperException

from etl.errors import RefusalLensError, Stopped, UnknownName

USER_MISTAKE, STOPPED = 2, 130
OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""What a command imports and reads lasts as long as it runs: looking through it for garbage is a tenth of its time."""
console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)


def run(app: typer.Typer, arguments: Sequence[str] | None = None) -> int:
    """The exit code of the app: 0 or what the command ends with; 2 or, after Ctrl-C, 130 with one line on stderr."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        code = app(args=_given(app, arguments), standalone_mode=False)
        if code == STOPPED:
            raise Stopped("Stopped. What was there before is still there; run it again.")
    except Stopped as stop:
        print(stop, file=sys.stderr)
        return STOPPED
    except RefusalLensError as problem:
        return _complain(str(problem))
    except TyperException as problem:
        return _complain(_explained(app, problem))
    except _out_of_room() as problem:
        return _complain(f"{str(problem).splitlines()[0]}; what was live before is still live")
    except OSError as problem:
        return _complain(f"{problem.filename or 'input or output'}: {problem.strerror or problem}")
    return code if isinstance(code, int) else 0


def _given(app: typer.Typer, arguments: Sequence[str] | None) -> list[str]:
    """What was typed; nothing after an app of several commands asks for its help."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return given or (["--help"] if len(app.registered_commands) > 1 else [])


def progress(*, of_bytes: bool = False) -> Progress:
    """A bar on standard error with what is done, of how much, since when; none where nobody looks."""
    done = DownloadColumn() if of_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), done, TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _out_of_room() -> tuple[type[Exception], ...]:
    """What DuckDB raises where a disk is full or memory runs out, whatever it was doing."""
    import duckdb  # which a command that asks nothing of it need not wait for

    return duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, duckdb.OutOfMemoryException


def _complain(line: str) -> int:
    from etl.identifiers import masked  # with DuckDB

    print(f"error: {masked(' '.join(line.split()))}", file=sys.stderr)
    return USER_MISTAKE


def _explained(app: typer.Typer, problem: TyperException) -> str:
    line: str = getattr(problem, "format_message", problem.__str__)()
    if not line.startswith("No such command"):
        return f"{line}; see --help"
    names = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    return str(UnknownName("command", line.split("'")[1], names))
