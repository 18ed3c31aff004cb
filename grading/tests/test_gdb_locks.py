"""common/gdb: `locks` shows who holds what, who waits, and circles of those who wait."""

import re
from collections.abc import Iterator

import pytest

from gdblib import GdbError, Start, build_images, sessions


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts sessions of lab 03, and ends them after the module's last test."""
    images = build_images(tmp_path_factory, "03", "hello", "deadlock", "lock_model.locks")
    with sessions(images, tmp_path_factory) as begin:
        yield begin


def test_nothing_is_held(start: Start) -> None:
    session = start("main", smp=2)
    assert session.gdb("locks") == "no lock is held, and nobody waits\n"
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
