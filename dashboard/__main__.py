"""`python -m dashboard`: finds a free port, says where the screen is, and serves it."""

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from dashboard.server import application
from etl.command_line import run
from etl.errors import InvalidValue

HERE = Path(__file__).resolve().parent
ADDRESS = "127.0.0.1"
_PORTS_TRIED = 100

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    home: Annotated[Path, typer.Option(help="Folder with the snapshots to show.")] = Path("data"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="Wanted port; the next free one if taken.")] = 8501,
) -> None:
    """Serve the dashboard on this machine only, until Ctrl-C."""
    free = free_port(port)
    if free is None:
        raise InvalidValue(f"no free port from {port} on; pass another one: python -m dashboard --port NUMBER")
    if free != port:
        print(f"Port {port} is taken; using {free}.")
    print(f"Refusal Lens: http://{ADDRESS}:{free}  (Ctrl-C stops it)", flush=True)
    os.environ["REFUSAL_LENS_HOME"] = str(home.resolve())
    os.chdir(HERE.parent)  # where .streamlit/config.toml is
    application(home.resolve()).run(config={"server.port": free, "server.address": ADDRESS})


def free_port(first: int) -> int | None:
    """The first port from `first` on that nothing listens on."""
    return next((port for port in range(first, min(first + _PORTS_TRIED, 65536)) if _is_free(port)), None)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
        return True


if __name__ == "__main__":
    raise SystemExit(run(app))
