"""One writer at a time in a home: who comes second is told who is there, and the dead hold nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl.command_line import run
from etl.errors import InvalidValue
from etl.home import Home
from etl.lock import writing
from synthetic_data import write_world
from synthetic_data.commands import app

HOLD = "import sys; from pathlib import Path; from etl.home import Home; from etl.lock import writing\n"
HOLD += "with writing(Home(Path(sys.argv[1])), 'somebody'): print(flush=True); sys.stdin.read()"


@contextmanager
def held(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process has the home while this runs."""
    command = [sys.executable, "-c", HOLD, str(home)]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as other:
        assert other.stdout
        other.stdout.readline()
        yield other
        other.kill()


def test_a_second_world_in_a_home_is_told_in_one_line_who_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "new"
    with held(home) as other:
        code = run(app, ["--home", str(home), "--days", "1", "--attempts", "100"])
    said = capsys.readouterr().err

    assert (code, said.count("\n")) == (2, 1)
    assert f"another somebody is writing to {home} (process {other.pid}, since 20" in said
    assert not (home / "logs").exists()


def test_a_writer_that_was_killed_leaves_its_name_and_keeps_nobody_out(tmp_path: Path) -> None:
    with held(tmp_path):
        pass
    assert "somebody" in Home(tmp_path).lock.read_text(encoding="utf-8")
    write_world(tmp_path, days=1, attempts=100)

    assert Home(tmp_path).lock.read_bytes() == b""


def test_who_has_the_home_already_may_go_on(tmp_path: Path) -> None:
    with writing(Home(tmp_path)):
        write_world(tmp_path, days=1, attempts=100, is_locked=True)
        assert str(os.getpid()) in Home(tmp_path).lock.read_text(encoding="utf-8")


def test_a_lock_that_was_removed_while_somebody_waited_for_it_is_none(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with writing(home):
        home.lock.unlink()
        with writing(home):
            assert home.lock.exists()


def test_a_home_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(InvalidValue, match=r"cannot write to .*file/home: Not a directory; give another --home"):
        write_world(tmp_path / "file" / "home", days=1, attempts=100)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for the superuser")
def test_a_read_only_home_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(InvalidValue, match=r"cannot write to .*: Permission denied; give another --home"):
        write_world(tmp_path, days=1, attempts=100)
