"""common/gdb's `threads`, `thread-bt` and `btall`: where each thread is, running or not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import GdbError, Session, build_images


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "03", "threads_look")


@pytest.fixture(scope="module")
def one(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One processor, at `look_now`."""
    session = Session(images, tmp_path_factory.mktemp("gdb"), "threads_look")
    with pytest.raises(GdbError, match="threads: the image is not mapped yet"):
        session.gdb("threads")
    session.run_to("threads_init")
    with pytest.raises(GdbError, match="threads: there are no threads yet"):
        session.gdb("threads")
    session.run_to("look_now")
    yield session
    session.close()


def functions(lines: list[str]) -> list[str]:
    """The functions of a backtrace, whose first line is the thread's own."""
    return [re.split(r"[+ ]", line.split(maxsplit=1)[1])[0] for line in lines[1:]]


def test_threads_on_one_processor(one: Session) -> None:
    assert one.gdb.lines("threads") == [
        "4 threads: 1 on processors, 1 ready, 2 waiting",
        "  0     runs on CPU 0   1024  look_now < main < application < stack_enter",
        "  1     idle, CPU 0     1024  thread_begin",
        "  2     waits           1024  thread_sleep < clock_nanosleep < nanosleep < sleeps",
        "  3     waits           1024  thread_join < pthread_join < joins < thread_main",
        "  4     ready, CPU 0    1024  computes < thread_main < thread_begin",
    ]


def test_backtrace_of_one_that_runs(one: Session) -> None:
    lines = one.gdb.lines("thread-bt 0")
    assert functions(lines) == ["look_now", "main", "application", "stack_enter"]
    assert "common/apps/from-03/threads_look.c:" in lines[1]
    shown = one.gdb.lines("backtrace")
    assert [line.split(" in ")[-1].split()[0].lstrip("#0 ") for line in shown][1:3] == [
        "main", "application"]


def test_backtrace_of_one_that_waits(one: Session) -> None:
    lines = one.gdb.lines("thread-bt 3")
    assert functions(lines) == ["schedule", "thread_wait", "thread_join", "pthread_join", "joins",
                                "thread_main", "thread_begin"]
    assert lines[0].split()[:2] == ["3", "waits"]


def test_backtrace_across_an_interrupt(one: Session) -> None:
    lines = one.gdb.lines("thread-bt 4")
    assert functions(lines) == ["schedule", "preempt_entry", "computes", "thread_main",
                                "thread_begin"]
    assert [line.endswith(", interrupted") for line in lines[1:]] == [False, False, True, False, False]


def test_all_backtraces(one: Session) -> None:
    lines = one.gdb.lines("btall")
    expected: list[str] = []
    for number in range(5):
        expected += one.gdb.lines(f"thread-bt {number}")
    assert lines == expected


@pytest.mark.parametrize("interrupted, where", [
    (False, "computes"), (True, "thread_wait < computes")])
def test_interrupted_where_others_wait(one: Session, interrupted: bool, where: str) -> None:
    """What all who wait are in is left out, but not where one was interrupted."""
    places = (("schedule", False), ("thread_wait", interrupted), ("computes", False))
    address = "int(gdb.parse_and_eval('(unsigned long){}'))"
    frames = ", ".join(f"threads.Frame({address.format(name)}, False, {on})" for name, on in places)
    assert one.gdb("python import threads; print(threads.Thread("
                   f"0, 2, 0, 1024, 0, False, False, False, [{frames}]).where())") == f"{where}\n"


def test_wrong_calls(one: Session) -> None:
    with pytest.raises(GdbError, match="thread-bt: there is no thread 77"):
        one.gdb("thread-bt 77")
    for wrong in ("", "-1", "main"):
        with pytest.raises(GdbError, match="thread-bt: write the number of a thread"):
            one.gdb(f"thread-bt {wrong}")
    for command in ("threads", "thread-bt", "btall"):
        assert "Example:" in one.gdb(f"help {command}")


def test_what_contradicts_itself(images: Path, tmp_path: Path) -> None:
    session = Session(images, tmp_path, "threads_look")
    session.run_to("look_now")
    session.gdb("set var cpus[0]->thread->state = 0")
    assert "!! runs, but its state is 0" in session.gdb.lines("threads")[1]
    for slot in range(session.gdb.value("'labs/03-smp/mm/stacks.c'::slots_begun")):
        at = f"'labs/03-smp/mm/stacks.c'::stacks[{slot}].thread"
        if session.gdb.value(at) and session.gdb.value(f"{at}->number") == 3:
            session.gdb(f"set var {at}->rsp = 0x1234")
    assert "  !! rsp 0x1234 is not on its stack, " in session.gdb.lines("threads")[4]
    assert session.gdb.lines("thread-bt 3")[1:] == ["  nothing is known of where it is"]
    session.close()


def test_threads_on_two_processors(images: Path, tmp_path: Path) -> None:
    session = Session(images, tmp_path, "threads_look", smp=2)
    session.run_to("look_now")
    lines = session.gdb.lines("threads")
    assert lines[0] == "4 threads: 2 on processors, 0 ready, 2 waiting"
    running = [line for line in lines if " runs on CPU " in line]
    assert sorted(re.search(r"CPU (\d)", line)[1] for line in running) == ["0", "1"]
    assert sorted(line.split()[6] for line in running) == ["computes", "look_now"]
    assert sum("idle, CPU" in line for line in lines) == 2
    session.close()
