"""common/gdb's `timers` says who sleeps until when, and marks what contradicts itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import GdbError, Session, build_images

SLEEPERS = 12
SLOTS = 60  # stacks in use are among the first ones
TIME = r"\d+\.\d{9} s"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "03", "scheduler_steps")


@pytest.fixture(scope="module")
def session(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Threads sleep for up to 5 s, in pairing heaps of two CPUs; one has just been due."""
    session = Session(images, tmp_path_factory.mktemp("gdb"), app="scheduler_steps",
                      args=f"sleepers 99 {SLEEPERS} 5000000000", smp=2)
    with pytest.raises(GdbError, match="^timers: there are no threads yet"):
        session.gdb("timers")
    session.run_to("main")
    assert session.gdb.lines("timers")[1].startswith("CPU 0: runs thread 0, timer: ")
    session.run_to("thread_place")
    session.gdb("thbreak wake_sleepers if cpus[0]->queue.timers.first")
    session.go_on()
    yield session
    session.close()


def times(lines: list[str]) -> list[tuple[float, int]]:
    """When, and which thread, of each line about a sleeper."""
    return [(float(found[1]), int(found[2])) for line in lines if (
        found := re.fullmatch(rf"  ({TIME[:-2]}) s \([+-].*\) +thread (\d+)", line))]


def threads(session: Session) -> Iterator[str]:
    """An expression for each thread, found by the stacks."""
    for slot in range(SLOTS):
        thread = f"stacks[{slot}].thread"
        if session.gdb.value(thread):
            yield thread


def sleepers(session: Session) -> dict[int, int]:
    """Of each thread that has a timer, when it ends: by the threads, not by the heaps."""
    return {session.gdb.value(f"{thread}->number"): session.gdb.value(f"{thread}->timer.key")
            for thread in threads(session) if session.gdb.value(f"{thread}->timer.queued")}


def test_all_that_sleep_are_shown(session: Session) -> None:
    lines = session.gdb.lines("timers")
    assert re.fullmatch(f"last noted: {TIME}", lines[0])
    assert [line.split(":")[0] for line in lines if line.startswith("CPU")] == ["CPU 0", "CPU 1"]
    expected = sleepers(session)
    assert len(expected) > SLEEPERS // 2
    shown = {number: time for time, number in times(lines)}
    assert {number: time / 1e9 for number, time in expected.items()} == pytest.approx(shown)
    assert not [line for line in lines if "!!" in line]


def test_the_first_comes_first(session: Session) -> None:
    text = session.gdb("timers")
    for part in text.split("CPU ")[1:]:
        found = [time for time, _ in times(part.splitlines())]
        assert found == sorted(found)


def test_what_is_wrong_is_marked(session: Session) -> None:
    gdb = session.gdb
    place = next(thread for thread in threads(session)
                 if gdb.value(f"{thread}->timer.queued"))
    thread = gdb.value(f"{place}->number")
    home = gdb.value(f"{place}->home->number")
    for field, wrong, said in (
            (f"{place}->state", "THREAD_RUNNING", f"thread {thread} has a timer, but does not wait"),
            (f"{place}->home", f"cpus[{1 - home}]", f"thread {thread} belongs to another CPU"),
            (f"cpus[{home}]->queue.armed", "-1ul", "the timer comes too late for the first thread"),
            (f"cpus[{home}]->queue.timers.first->key", "1ul << 50", "below one that sleeps longer"),
            (f"cpus[{home}]->queue.timers.first", "0x10", "where nothing is mapped")):
        gdb(f"set $before = {field}")
        gdb(f"set variable {field} = {wrong}")
        try:
            assert any(said in line and "!!" in line for line in gdb.lines("timers")), said
        finally:
            gdb(f"set variable {field} = $before")
    assert "!!" not in gdb("timers")


def test_a_held_lock_is_said(session: Session) -> None:
    gdb = session.gdb
    gdb("set variable cpus[1]->queue.lock.holder = 1")
    try:
        assert "  (CPU 0 is just changing this queue)" in gdb.lines("timers")
    finally:
        gdb("set variable cpus[1]->queue.lock.holder = 0")


def test_slices(images: Path, tmp_path: Path) -> None:
    """Beside others, the running thread has a slice, and the timer ends it."""
    session = Session(images, tmp_path, app="scheduler_steps", args="sleep 3 0 50000000")
    try:
        session.run_to("main", "preempt_entry")
        line = next(line for line in session.gdb.lines("timers") if line.startswith("CPU 0"))
        assert re.search(r"runs thread \d+, timer: .*, \d ready; the slice is over", line), line
        session.run_to("thread_switch")
        session.gdb("finish")
        text = session.gdb("timers")
        assert re.search(rf"\d ready; the slice ends at {TIME}", text), text
    finally:
        session.close()


def test_errors(session: Session) -> None:
    with pytest.raises(GdbError, match="^timers: 'x' is one word too many"):
        session.gdb("timers x")
