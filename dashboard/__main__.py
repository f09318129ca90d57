"""`python -m dashboard`: finds a free port, says where the screen is, and serves it."""

import os
import re
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import streamlit as st
import typer

from dashboard.server import application
from etl.command_line import run
from etl.errors import InvalidValue

HERE = Path(__file__).resolve().parent
ADDRESS = "127.0.0.1"
HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_PORTS_TRIED = 100

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    home: Annotated[Path, typer.Option(help="Folder with the snapshots to show.")] = Path("data"),
    port: Annotated[int, typer.Option(min=1, max=65535, help="Wanted port; the next free one if taken.")] = 8501,
    trusted_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Name under which a proxy shows it; again for another. The port is kept then."
        ),
    ] = None,
) -> None:
    """Serve the dashboard on this machine only, until Ctrl-C."""
    names = [_host(name) for name in trusted_host or ()]
    free = _kept(port) if names else _found(port)
    print(f"Refusal Lens: http://{ADDRESS}:{free}  (Ctrl-C stops it)", flush=True)
    os.environ["REFUSAL_LENS_HOME"] = str(home.resolve())
    os.chdir(HERE.parent)  # where .streamlit/config.toml is
    _serve(home.resolve(), free, [*st.get_option("server.allowedHosts"), *names])


def _serve(home: Path, port: int, hosts: Sequence[str]) -> None:
    config = {"server.port": port, "server.address": ADDRESS, "server.allowedHosts": hosts}
    application(home, hosts).run(config=config)


def _host(name: str) -> str:
    if not HOST.fullmatch(name):
        raise InvalidValue(
            f"--trusted-host {name!r}: write the name alone, as lens.example, without https://, port or /"
        )
    return name


def _kept(port: int) -> int:
    if not _is_free(port):
        raise InvalidValue(
            f"port {port} is taken, and a proxy looks for this server there; free it or pass another one"
        )
    return port


def _found(port: int) -> int:
    free = free_port(port)
    if free is None:
        raise InvalidValue(f"no free port from {port} on; pass another one: python -m dashboard --port NUMBER")
    if free != port:
        print(f"Port {port} is taken; using {free}.")
    return free


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
