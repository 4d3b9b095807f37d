"""The command line as a process: streams, encodings and signals as in shells and containers."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hub_process import ROOT

CHILD = [sys.executable, "-m", "tests.support.command_child"]
POLISH = "Czy mogę żartować 😡 o accent?"
LONGEST = 120


def environment(**extra: str) -> dict[str, str]:
    """The environment of this process, without variables that would change the answer."""
    left_out = ("CONDUCT_", "PYTHON", "LC_", "LANG", "OPENBLAS", "NO_COLOR", "TERM")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return kept | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"} | extra


def run(*arguments: str | bytes, given: str = "", **extra: str) -> subprocess.CompletedProcess:
    """Run the command; its output is UTF-8 unless `extra` says otherwise."""
    return subprocess.run(
        [*CHILD, *arguments], input=given.encode(), cwd=ROOT, env=environment(**extra), capture_output=True,
        timeout=LONGEST,
    )  # fmt: skip


def in_shell(redirected: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command with a shell's redirections."""
    command = ["sh", "-c", f'exec "$@" {redirected}', "sh", *CHILD, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=LONGEST)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "utf-8"])
def test_no_letter_that_an_encoding_lacks_ends_a_batch(encoding: str):
    """JSON keeps every letter of every question, if necessary as an escape."""
    questions = ["an accent", POLISH, "pizza"]
    done = run("ask", "-", "--json", given="\n".join(questions), PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line)["question"] for line in done.stdout.decode(encoding).splitlines()] == questions


def test_for_people_such_a_letter_is_an_escape():
    """The answer is printed under it."""
    done = run("ask", "-", given=POLISH, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode("latin-1").splitlines()
    assert lines[0] == r"> Czy mog\u0119 \u017cartowa\u0107 \U0001f621 o accent?"
    assert "No accent is wrong." in done.stdout.decode("latin-1")


def test_a_question_is_understood_whatever_the_locale():
    """Its bytes are UTF-8, as a terminal sends them."""
    extra = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run("ask", "--json", POLISH.encode(), **extra)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["question"] == POLISH


def test_a_closed_output_is_one_sentence():
    """Nothing is loaded, since nobody would read the answer."""
    done = in_shell(">&-", "ask", "an accent")
    assert done.returncode == 3
    assert done.stderr == "Standard output is closed, so that nobody would read the answer: leave it open.\n"


def test_a_closed_input_has_no_question():
    """It is treated as an empty one."""
    done = in_shell("<&-", "ask", "-")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Standard input must have a question on each line, but had none: write one a line.\n"


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full"])
def test_a_standard_error_that_takes_nothing_costs_no_answer(redirected: str):
    """The exit code still says that a question was refused."""
    done = in_shell(f"{redirected} < {ROOT / 'tests' / 'fakes.py'}", "ask", "an accent", "--json")
    assert (done.returncode, json.loads(done.stdout)["question"]) == (0, "an accent")
    assert in_shell(redirected, "ask", "   ").returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["ask", "an accent"], ["ask", "an accent", "--json"]])
def test_a_full_disk_is_one_sentence(arguments: list[str]):
    """Without a traceback, and not as success."""
    done = in_shell(">/dev/full", *arguments)
    assert done.returncode == 3
    assert done.stderr == (
        "Standard output cannot be written (No space left on device): free space there, or send it somewhere else.\n"
    )


def test_a_reader_that_has_enough_ends_it_quietly():
    """Such as `head`."""
    command = f'printf "accent\\n%.0s" $(seq 200) | {" ".join(CHILD)} ask - | head -n 1'
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=ROOT, env=environment(),
                          capture_output=True, text=True, timeout=LONGEST)  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "> accent\n", "")


def interrupted(arguments: list[str], **extra: str) -> tuple[int, str]:
    """Exit code and standard error of a process that gets Ctrl-C after its first line of standard error."""
    with subprocess.Popen(
        arguments, cwd=ROOT, env=environment(**extra), stderr=subprocess.PIPE, text=True,
        # A test run in the background of a shell ignores Ctrl-C, which its children would inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        assert process.stderr.readline() == "loading\n"
        process.send_signal(signal.SIGINT)
        return process.wait(LONGEST), process.stderr.read()


def test_ctrl_c_during_the_imports_is_quiet(tmp_path: Path):
    """They take the first seconds; the shell sees a process that Ctrl-C ended."""
    slow = "import sys, time\nsys.stderr.write('loading\\n')\nsys.stderr.flush()\ntime.sleep(600)\n"
    (tmp_path / "numpy.py").write_text(slow)
    code, said = interrupted([sys.executable, "-m", "conduct", "ask", "x"], PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert (code, said) == (-signal.SIGINT, "")


def test_ctrl_c_while_loading_ends_with_130():
    """Without a traceback."""
    assert interrupted([*CHILD, "ask", "x"], WAIT="1") == (130, "")


@pytest.mark.parametrize(
    ("extra", "escapes"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_a_terminal_that_wants_no_escapes_gets_none(extra: dict[str, str], escapes: bool):
    """With TERM=dumb, as in an editor's shell, or NO_COLOR."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*CHILD, "ask", "an accent"], cwd=ROOT, env=environment(**extra), stdout=theirs, timeout=LONGEST
    )
    os.close(theirs)
    printed = os.read(ours, 100_000)
    os.close(ours)
    assert done.returncode == 0
    assert b"No accent is wrong." in printed.replace(b"\x1b[1m", b"").replace(b"\x1b[22m", b"")
    assert (b"\x1b" in printed) is escapes


def test_the_thread_variables_are_set_before_numpy_is_imported():
    """It reads them at import; its threads would compete with those that encode."""
    done = run("ask", "an accent", SHOW_THREADS="1")
    assert (done.returncode, done.stderr) == (0, b"threads 1\n")


def test_without_a_home_directory_the_copies_at_hand_serve(tmp_path: Path):
    """A uid without a passwd entry, as in containers: neither text nor weights need the Hub's cache."""
    script = (
        "import pwd, runpy, sys\n"
        "def nobody(uid):\n    raise KeyError(uid)\n"
        "pwd.getpwuid = nobody\n"
        "sys.argv = ['conduct', 'ask', 'they make fun of her thick accent', '--json']\n"
        "runpy.run_module('conduct', run_name='__main__', alter_sys=True)\n"
    )
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HF_ENDPOINT": "http://127.0.0.1:9"}
    environ |= {"CONDUCT_DATASET": "ada/ambassador-code-of-conduct", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True,
                          timeout=LONGEST)  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["source"]["dataset"], answer["source"]["model"]) == ("bundled", "packaged")
    assert answer["passages"][0]["id"] == "diversity-equity-inclusion-2"
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
