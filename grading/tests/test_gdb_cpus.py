"""common/gdb's `cpus` says what each processor does, and marks what is wrong with one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import GdbError, Session, build_images

COUNT = 4


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "03", "cpus")


@pytest.fixture(scope="module")
def session(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """All processors are up and parked; CPU 0 is about to set up threads."""
    session = Session(images, tmp_path_factory.mktemp("gdb"), app="cpus", smp=COUNT)
    early = session.gdb.lines("cpus")
    assert early[0] == f"{COUNT} CPUs; cpus_init has not run yet"
    assert len(early) == 1 + COUNT and early[1].startswith("* 0  not known to the kernel  0xfff")
    session.run_to("wake_all")
    lines = session.gdb.lines("cpus")
    assert lines[0] == f"{COUNT} CPUs, 1 online"
    assert all("has not come up" in line for line in lines[2:])
    session.run_to("threads_init")
    yield session
    session.close()


def blocks(session: Session) -> list[str]:
    """What the monitor says of each CPU."""
    return re.split(r"^CPU#\d+\s*$", session.qmp.hmp("info registers -a"), flags=re.MULTILINE)[1:]


def test_a_line_each(session: Session) -> None:
    lines = session.gdb.lines("cpus")
    assert lines[0] == f"{COUNT} CPUs, all online"
    assert len(lines) == 1 + COUNT
    for number, (line, text) in enumerate(zip(lines[1:], blocks(session))):
        found = re.fullmatch(r"([* ]) (\d+) +APIC id (\d+) +no thread yet +(0x[0-9a-f]+) <(\w+).*>"
                             r"  (halted, )?interrupts (on|off)", line)
        assert found, line
        rip = re.search(r"RIP=([0-9a-f]+)", text)
        assert rip and int(found[4], 16) == int(rip[1], 16)
        assert found[1] == ("*" if number == 0 else " ")
        assert [found[2], found[3]] == [str(number)] * 2
        assert found[5] == ("threads_init" if number == 0 else "park")
        assert (found[6] is not None, found[7]) == ((False, "off") if number == 0 else
                                                    (True, "on"))


def test_the_selected_one_is_marked(session: Session) -> None:
    session.gdb("thread 3")
    try:
        assert [line[0] for line in session.gdb.lines("cpus")[1:]] == [" ", " ", "*", " "]
    finally:
        session.gdb("thread 1")


def test_one_processor(session: Session) -> None:
    text = session.gdb("cpus 2")
    state = blocks(session)[2]
    assert "CPU 2, APIC id 2: online, runs: no thread yet; halted, interrupts on" in text
    for name, pattern in (("GS base", r"GS =0000 ([0-9a-f]+)"), ("GDT", r"GDT= +([0-9a-f]+)"),
                          ("TSS", r"TR =0018 ([0-9a-f]+)"), ("rsp", r"RSP=([0-9a-f]+)")):
        value = re.search(pattern, state)
        assert value and f"{name} {int(value[1], 16):#x}" in text, name
    stack = re.search(r"stack +(0x[0-9a-f]+) - (0x[0-9a-f]+), rsp (0x[0-9a-f]+)", text)
    assert stack and int(stack[1], 16) < int(stack[3], 16) < int(stack[2], 16)
    assert "local APIC  enabled; timer off, masked" in text and "!!" not in text


def test_what_is_wrong_is_marked(session: Session) -> None:
    gdb = session.gdb
    gdb("thread 2")
    before = gdb.value("$gs_base")
    gdb("set $gs_base = 0x1234")
    try:
        assert "!! GS base 0x1234 is not its struct cpu" in session.gdb.lines("cpus")[2]
        assert "  !! GS base 0x1234 is not its struct cpu" in session.gdb.lines("cpus 1")
        assert "!!" not in session.gdb.lines("cpus")[3]
    finally:
        gdb(f"set $gs_base = {before:#x}")
        gdb("thread 1")


def test_an_interrupt_that_waits(session: Session) -> None:
    """CPU 0 has interrupts off, and interrupts itself."""
    gdb = session.gdb
    gdb("call (void)lapic_send(0, 0x60)")
    assert "local APIC  waiting: vector 0x60" in gdb("cpus 0")


@pytest.mark.parametrize(("argument", "said"), [
    ("4", f"there is no CPU 4: {COUNT} CPUs, all online"), ("x", "'x' is no number of a CPU"),
    ("-1", "'-1' is no number")])
def test_errors(session: Session, argument: str, said: str) -> None:
    with pytest.raises(GdbError, match=f"^cpus: {said}"):
        session.gdb(f"cpus {argument}")


def test_one_that_begins(images: Path, tmp_path: Path) -> None:
    """A processor that stands in the trampoline's first instruction, in real mode, is selected."""
    session = Session(images, tmp_path, app="cpus", smp=COUNT)
    try:
        session.run_to("wake_all", "*0x1000")
        lines = session.gdb.lines("cpus")
        assert lines[0] == f"{COUNT} CPUs, 1 online"
        assert sorted(line[0] for line in lines[1:]) == [" "] * (COUNT - 1) + ["*"]
        number = next(line.split()[1] for line in lines[1:] if line[0] == "*")
        line = lines[int(number) + 1]
        assert number != "0" and re.match(
            rf"\* {number}  APIC id {number} +has not come up +0x1000 ", line), line
        assert f"CPU {number}, APIC id {number}: not online" in session.gdb(f"cpus {number}")
        assert session.gdb.value("$_thread") == int(number) + 1
    finally:
        session.close()


def test_with_threads(images: Path, tmp_path: Path) -> None:
    """In the application: CPU 0 runs thread 0, the others nothing."""
    session = Session(images, tmp_path, app="cpus", smp=COUNT)
    try:
        session.run_to("main")
        lines = session.gdb.lines("cpus")
        assert re.match(r"\* 0  APIC id 0   thread 0 +0x[0-9a-f]+ <main", lines[1])
        assert all(re.match(r"  \d  APIC id \d   idle ", line) for line in lines[2:])
    finally:
        session.close()
