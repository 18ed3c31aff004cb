"""common/gdb: `locks` shows who holds what, who waits, and circles of those who wait."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import ROOT, GdbError, Start, build_images, sessions


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "03", "hello", "deadlock", "lock_model.locks",
                        "sync_sweep")


@pytest.fixture(scope="module")
def start(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts sessions of lab 03, and ends them after the module's last test."""
    with sessions(images, tmp_path_factory) as begin:
        yield begin


def test_nothing_is_held(start: Start) -> None:
    session = start("main", smp=2)
    assert session.gdb("locks").startswith("no lock is held, and nobody is queued for one")
    with pytest.raises(GdbError, match="locks: it takes no argument"):
        session.gdb("locks 5")


def test_before_the_image_is_mapped(start: Start) -> None:
    session = start("loader_main")
    with pytest.raises(GdbError, match="locks: the image is not mapped yet"):
        session.gdb("locks")


def test_threads_in_a_circle(start: Start) -> None:
    session = start("look_here", app="deadlock", args="mutexes", smp=2)
    lines = session.gdb.lines("locks")
    found = {}
    for line in lines[:-1]:
        match = re.fullmatch(r"mutex +forks\[(\d)\]: held by thread (\d+); thread (\d+) waits",
                             line)
        assert match, line
        found[int(match[1])] = (match[2], match[3])
    assert sorted(found) == [0, 1, 2]
    for fork, (_, waiter) in found.items():
        assert found[(fork - 1) % 3][0] == waiter  # who waits for this one has the one before
    assert lines[-1].startswith("!! for ever: thread ")
    assert sorted(re.findall(r"waits for forks\[(\d)\]", lines[-1])) == ["0", "1", "2"]


def test_processors_in_a_circle(start: Start) -> None:
    session = start("look_here", app="deadlock", args="spinlocks", smp=3)
    text = session.gdb("locks")
    left = re.search(r'spinlock +left_lock "left": held by CPU (\d); CPU (\d) waits\n', text)
    right = re.search(r'spinlock +right_lock "right": held by CPU (\d); CPU (\d) waits\n', text)
    assert left and right and left.groups() == right.groups()[::-1]
    assert text.count("!! for ever: ") == 1 and "waits for left_lock" in text.splitlines()[-1]


def test_a_lost_wake_up(start: Start) -> None:
    session = start("look_here", app="deadlock", args="lost", smp=2)
    assert re.fullmatch(r"condition +box_filled: thread \d+ waits\n", session.gdb("locks"))
    assert session.gdb.value("box_full") == 1


def test_where_it_was_taken(start: Start) -> None:
    session = start("report_twice", app="lock_model.locks", args="twice")
    text = session.gdb("locks")
    assert 'spinlock   model_locks[0] "fork": held by CPU 0, taken in cook\n' in text


def test_a_futex_without_a_type(start: Start) -> None:
    """What is known of a word is where it is, and what it is now."""
    session = start("append", app="sync_sweep", args="held futex", smp=4)
    session.run_to("thread_wait")
    assert re.fullmatch(r"futex      0x[0-9a-f]+ <round>, now 0x0: thread \d+ waits\n",
                        session.gdb("locks"))
    session.gdb("set var round.word = 18")
    assert "<round>, now 0x12:" in session.gdb("locks")


@pytest.fixture
def tree(images: Path, tmp_path: Path) -> Path:
    """This tree, with a folder for output of its own."""
    for name in ("common", "grading", "labs"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(images, tmp_path / "build/03-smp")
    return tmp_path


def rewind(tree: Path, app: str, args: str, *commands: str) -> list[str]:
    """What each command says at the end of an application's recording."""
    script = tree / "commands.gdb"
    script.write_text("".join(f"echo \\n%%%\\n\n{command}\n" for command in commands))
    environment = os.environ | {"APP": app, "ARGS": args, "CPUS": "1", "PYTHONPATH": "grading",
                                "GDB_ARGS": f"-batch -x {script}"}
    done = subprocess.run([sys.executable, "-m", "pagurus", "rewind", "03"], cwd=tree, text=True,
                          env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("\n%%%\n")[1:]


def test_back_to_where_a_wake_up_was_lost(tree: Path) -> None:
    """The way of the lab text, from the symptom to the cause."""
    locks, _, back, who, late = rewind(
        tree, "deadlock", "lost",
        "locks", "watch box_full", "reverse-continue", "bt", "thread-bt 2")
    assert locks == "condition  box_filled: thread 2 waits\n"
    assert "fill_box ()" in back and "pthread_cond_signal(&box_filled)" in back
    assert "main (" in who
    assert "ready" in late and "  #4  taker+" in late


def test_back_to_where_a_mutex_was_taken(tree: Path) -> None:
    """Tries that fail write to the word, too: three of thread 4's are later."""
    locks, *_, late, _, who = rewind(
        tree, "deadlock", "mutexes", "locks", "watch forks[0].word", "reverse-continue",
        "reverse-continue", "reverse-continue", "bt", "reverse-continue", "bt")
    assert "mutex      forks[0]: held by thread 2; thread 4 waits\n" in locks
    assert "!! for ever: " in locks
    first, second = (re.search(r"#1 .* in eat .*:(\d+)\n", text) for text in (who, late))
    assert first and second and int(first[1]) == int(second[1]) - 2
