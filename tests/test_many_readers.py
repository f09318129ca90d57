"""Several processes on one home: each answers, all show what is published, a proxy keeps every reader with one."""

import ast
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from shutil import which

import pytest
from browsing import ROOT, UP_WITHIN, free_port, process_of
from conftest import load, write_log
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dashboard.__main__ import app
from dashboard.ahead import charts_after, page_of
from dashboard.filters import Filters
from dashboard.frame import freshness
from dashboard.saved import read
from dashboard.screen import Screen
from dashboard.shell import VIEWS
from etl.command_line import USER_MISTAKE, run
from etl.snapshot import open_snapshot
from etl.words import Language

NAME = "lens.example"
GUIDE = (ROOT / "docs" / "many_readers.md").read_text(encoding="utf-8")
NGINX = which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
READERS = 12
LOG = """
at         | outcome  | region | reasons | times
2026-03-02 | approved | CN-GD  |         | 30
2026-03-03 | refused  | CN-SC  | U101    | 20
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    load(folder / "home", write_log(folder, LOG))
    return folder / "home"


@pytest.fixture(scope="module")
def ports(home: Path) -> Iterator[list[int]]:
    """Of two processes."""
    with ExitStack() as both:
        addresses = [both.enter_context(process_of(home, "--trusted-host", NAME))[0] for _ in range(2)]
        yield [int(address.rpartition(":")[2]) for address in addresses]


@dataclass(frozen=True)
class Answered:
    status: int
    cookie: str
    content: bytes


def asked(port: int, path: str, body: bytes | None = None, **headers: str) -> Answered:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    method = "GET" if body is None else "POST"
    connection.request(method, path, body, {"Host": NAME, "Content-Type": "application/json"} | headers)
    answer = connection.getresponse()
    try:
        return Answered(answer.status, answer.headers.get("set-cookie", ""), answer.read())
    finally:
        connection.close()


@contextmanager
def session(port: int, host: str = NAME, cookie: str = "") -> Iterator[ClientConnection]:
    """A reader's WebSocket, as from a page under this name."""
    plain = socket.create_connection(("127.0.0.1", port))
    stream, cookies = f"ws://{host}/_stcore/stream", {"Cookie": cookie}
    with connect(stream, sock=plain, origin=f"https://{host}", additional_headers=cookies, max_size=None) as found:
        yield found


def shown(connection: ClientConnection) -> bytes:
    """What a first visit puts on the page."""
    asking = BackMsg()
    asking.rerun_script.query_string = ""
    connection.send(asking.SerializeToString())
    messages: list[bytes] = []
    while not messages or not ForwardMsg.FromString(messages[-1]).HasField("script_finished"):
        messages.append(connection.recv(timeout=30, decode=False))
    return b"".join(messages)


def charts(home: Path) -> tuple[bytes, bytes]:
    """A question for the charts of the live snapshot, and their answer by this process."""
    page = page_of(Screen(open_snapshot(home), Filters()), "overview") | {"gestures": []}
    body = json.dumps(page).encode()
    return body, b"".join(charts_after(home, {name: view.cards for name, view in VIEWS.items()}, body))


def as_of(home: Path) -> bytes:
    """The line below the page that says until when the data of the live snapshot is complete."""
    return freshness(open_snapshot(home).info, Language.EN).encode()


def test_every_process_answers_and_shows_what_is_loaded_while_all_of_them_read(home: Path, ports: list[int]) -> None:
    body, before = charts(home)
    with ExitStack() as readers:
        sessions = [readers.enter_context(session(port)) for port in ports]
        first = as_of(home)
        assert all(first in shown(one) for one in sessions)
        assert [asked(port, "/charts", body).content for port in ports] == [before, before]
        load(home, write_log(home.parent, LOG.replace("2026-03-03", "2026-03-04")))
        body, after = charts(home)
        assert after != before
        assert as_of(home) != first
        assert [asked(port, "/charts", body).content for port in ports] == [after, after]
        assert all(as_of(home) in shown(one) for one in sessions)


def test_views_saved_by_two_processes_at_once_are_all_there(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from dashboard.saved import added, change\n"
        "for number in range(40): change(Path(sys.argv[1]), added(f'{sys.argv[2]} {number}', ''))"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name], cwd=ROOT) for name in ("a", "b")]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert {view.name for view in read(tmp_path)} == {f"{name} {number}" for name in ("a", "b") for number in range(40)}
    assert [path.name for path in tmp_path.iterdir()] == ["views.toml"]


# ------------------------------------------------------------------------------------------- behind a proxy


@pytest.mark.parametrize(
    ("host", "status"), [(NAME, 200), ("localhost", 200), ("elsewhere.example", 400), (f"x.{NAME}", 400)]
)
def test_a_server_answers_to_the_name_that_its_proxy_passes_on_and_to_no_other(
    ports: list[int], host: str, status: int
) -> None:
    assert asked(ports[0], "/", Host=host).status == status
    if status == 200:
        with session(ports[0], host):
            return
    with pytest.raises(InvalidStatus), session(ports[0], host):
        pass


@pytest.mark.parametrize("name", ["https://lens.example", "lens.example:443", "lens.example/", "*", "", "a b"])
def test_a_name_is_a_name_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["--trusted-host", name]) == USER_MISTAKE
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert f"--trusted-host {name!r}: write the name alone, as lens.example" in said.err


def test_where_a_proxy_looks_no_other_port_is_taken(ports: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(app, ["--port", str(ports[0]), "--trusted-host", NAME]) == USER_MISTAKE
    assert f"port {ports[0]} is taken, and a proxy looks for this server there" in capsys.readouterr().err


@pytest.fixture(scope="module")
def proxy(ports: list[int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an nginx that is set up as the guide says."""
    if NGINX is None:
        pytest.skip("no nginx on the PATH")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    (folder / "nginx.conf").write_text(_configured(port, ports, folder), encoding="utf-8")
    with subprocess.Popen([NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]) as server:
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=20)


def _configured(port: int, ports: list[int], folder: Path) -> str:
    block = re.search(r"```nginx\n(.*?)```", GUIDE, re.DOTALL)[1]  # type: ignore[index]
    for there, here in (("listen 80;", f"listen 127.0.0.1:{port};"), ("8501", str(ports[0])), ("8502", str(ports[1]))):
        assert there in block
        block = block.replace(there, here)
    temporary = "".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    owner = "user root; " if os.geteuid() == 0 else ""
    return f"{owner}daemon off; pid {folder}/pid; events {{}} http {{ access_log off; {temporary}\n{block} }}"


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + UP_WITHIN
    while True:
        try:
            assert asked(port, "/_stcore/health").status == 200
            return
        except OSError:
            assert time.monotonic() < give_up
            time.sleep(0.05)


def _sessions(port: int, cookie: str = "") -> int:
    found = re.search(rb"active_sessions[^\n]* (\d+)", asked(port, "/_stcore/metrics", Cookie=cookie).content)
    return int(found[1]) if found else 0


def test_behind_the_proxy_of_the_guide_a_reader_stays_with_one_process(
    home: Path, ports: list[int], proxy: int
) -> None:
    body, expected = charts(home)
    chosen = set()
    with ExitStack() as readers:
        for _ in range(READERS):
            cookie = asked(proxy, "/").cookie.partition(";")[0]
            before = [_sessions(port) for port in ports]
            assert shown(readers.enter_context(session(proxy, cookie=cookie)))
            after = [_sessions(port) for port in ports]
            mine = next(place for place in range(2) if after[place] > before[place])
            chosen.add(mine)
            assert _sessions(proxy, cookie) == after[mine]
            again = asked(proxy, "/charts", body, Cookie=cookie)
            assert (again.content, again.cookie) == (expected, "")
    assert chosen == {0, 1}


# ------------------------------------------------------------------------------------------- memory


def _caches() -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Each function of the dashboard that remembers its answers: where, itself, and how it says so."""
    for path in sorted((ROOT / "dashboard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                if re.match(r"(st\.)?(lru_)?cache\b|st\.cache_", ast.unparse(decorator)):
                    yield f"{path.stem}.{node.name}", node, ast.unparse(decorator)


def _parameters(function: ast.FunctionDef) -> dict[str, str]:
    return {one.arg: ast.unparse(one.annotation) for one in function.args.args if one.annotation}


def test_every_cache_has_a_bound() -> None:
    endless = {
        name: list(_parameters(function).values())
        for name, function, how in _caches()
        if not re.search(r"\((max_entries=|maxsize=)?\w+", how)
    }
    assert {name: kinds for name, kinds in endless.items() if set(kinds) - {"Language"}} == {}


def test_every_cache_of_what_a_snapshot_says_is_keyed_by_the_snapshot() -> None:
    """Streamlit leaves arguments with an underscore out of the key."""
    keys = ("snapshot_id", "path", "snapshot")
    asked = {name: _parameters(function) for name, function, _ in _caches()}
    of_snapshots = {name for name, parameters in asked.items() if {"Snapshot", "Rows"} & set(parameters.values())}
    assert len(of_snapshots) > 10
    assert [name for name in sorted(of_snapshots) if not set(keys) & asked[name].keys()] == []
