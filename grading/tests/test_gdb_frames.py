"""common/gdb's `frames` says what stands in the machine's memory, and marks lists that are broken."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import ROOT, GdbError, Session, build_images
from pagurus.frames import DIRECT_MAP, ENTRY, FREE, PAGE, USED


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "02", "hello")


@pytest.fixture(scope="module")
def session(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """In the application, with all of mm set up."""
    session = Session(images, tmp_path_factory.mktemp("gdb"))
    session.run_to("*_start")
    with pytest.raises(GdbError, match="the image is not mapped yet"):
        session.gdb("frames")
    session.run_to("frames_init")
    with pytest.raises(GdbError, match="frames_init has not run"):
        session.gdb("frames")
    session.run_to("main")
    yield session
    session.close()


class Memory:
    """The allocator through the monitor."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.table = session.gdb.value("(unsigned long)frame_table") - DIRECT_MAP

    def where(self, number: int) -> int:
        """The physical address of an entry."""
        return self.table + ENTRY * number

    def entry(self, number: int) -> tuple[int, int, int, int]:
        """next or note, previous, state, order."""
        data = self.session.qmp.read(self.where(number), ENTRY, "xp")
        return (int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little"),
                int.from_bytes(data[8:10], "little"), data[10])

    def listed(self, order: int) -> list[int]:
        """The addresses of a list."""
        number = self.session.gdb.value(f"frame_lists[{order}]")
        found = []
        while number:
            found.append(number * PAGE)
            number = self.entry(number)[0]
        return found


def shown(lines: list[str]) -> dict[int, tuple[int, list[int]]]:
    """order -> (count, first addresses) of what `frames` printed."""
    matches = (re.match(r"  order +(\d+) +\d+ [KMG]iB +(\d+) free  ([0-9a-fx ]+)", line)
               for line in lines)
    return {int(m[1]): (int(m[2]), [int(word, 16) for word in m[3].split()])
            for m in matches if m}


def test_frames_shows_each_list(session: Session) -> None:
    memory, lines = Memory(session), session.gdb.lines("frames")
    found = shown(lines)
    for order in range(19):
        wanted = memory.listed(order)
        assert found.get(order, (0, [])) == (len(wanted), wanted[:6]), order
    free = session.gdb.value("frames_free")
    assert lines[0].startswith(f"{free} of {session.gdb.value('frames_total')} frames are free: "
                               f"{free * 4} KiB; table of ")
    assert f"at physical {memory.table:#x}" in lines[0]
    assert sum(count << order for order, (count, _) in found.items()) == free
    assert "!!" not in "\n".join(lines)


def test_frames_knows_the_frame_of_an_address(session: Session) -> None:
    memory = Memory(session)
    order = max(order for order in range(19) if memory.listed(order))
    free = memory.listed(order)[0]
    end = free + (PAGE << order)
    words = f"a free block of order {order}, "
    assert words in session.gdb(f"frames {free:#x}") and "heads" in session.gdb(f"frames {free}")
    text = session.gdb(f"frames {end - 1:#x}")
    assert f"inside of {words}" in text and f"{free:#x} - {end:#x}" in text
    root = session.qmp.registers()["cr3"]
    state, note = memory.entry(root // PAGE)[2], memory.entry(root // PAGE)[0]
    assert state == USED
    for expression in ("$cr3", f"{DIRECT_MAP + root + 5:#x}"):
        lines = session.gdb.lines(f"frames {expression}")
        assert lines == [f"frame {root // PAGE:#x}, physical {root:#x}: heads a used block of "
                         f"order 0, 4 KiB: {root:#x} - {root + PAGE:#x}", f"  note {note:#x}"]
    assert "never handed in" in session.gdb("frames 0xb8000")
    for address in ("0x400000000000", "main"):
        with pytest.raises(GdbError, match="behind the end of memory"):
            session.gdb(f"frames {address}")


@pytest.mark.parametrize("change, mark", [
    ("previous = 0x77", "links back to 0x77000, not to 0x0"),
    ("order = 3", "is listed, but its entry says free, order 3"),
    ("state = 0", "is listed, but its entry says it heads no block"),
    ("next = {itself}", "the list is a circle"),
    ("next = 0xfffffff", "lies behind the table's end"),
    ("next = 0", "the lists hold"),
])
def test_frames_marks_a_broken_list(session: Session, change: str, mark: str) -> None:
    memory = Memory(session)
    order = max((order for order in range(19) if memory.listed(order)),
                key=lambda order: (len(memory.listed(order)) > 1, order))
    number = memory.listed(order)[0] // PAGE
    entry = f"frame_table[{number}]"
    member = change.split()[0]
    before = session.gdb.value(f"{entry}.{member}")
    free = session.gdb.value("frames_free")
    session.gdb(f"set var {entry}.{change.format(itself=number)}")
    if change == "next = 0":
        session.gdb(f"set var frames_free = {free + 1}")
    try:
        text = session.gdb("frames")
        assert "!! " in text and mark in text
    finally:
        session.gdb(f"set var {entry}.{member} = {before}")
        session.gdb(f"set var frames_free = {free}")
    assert "!!" not in session.gdb("frames")


def test_frames_marks_buddies_that_are_not_merged(session: Session) -> None:
    memory = Memory(session)
    order = max(order for order in range(18) if memory.listed(order))
    head = memory.listed(order)[0] // PAGE
    half = head ^ 1 << order
    first = session.gdb.value(f"frame_lists[{order}]")
    keep = [session.gdb.value(f"frame_table[{half}].{name}")
            for name in ("next", "previous", "state", "order")]
    back = session.gdb.value(f"frame_table[{first}].previous")
    session.gdb(f"set var frame_table[{half}].next = {first}")
    session.gdb(f"set var frame_table[{half}].previous = 0")
    session.gdb(f"set var frame_table[{half}].state = {FREE}")
    session.gdb(f"set var frame_table[{half}].order = {order}")
    session.gdb(f"set var frame_table[{first}].previous = {half}")
    session.gdb(f"set var frame_lists[{order}] = {half}")
    try:
        assert f"!! order {order}: {min(half, head) * PAGE:#x} and its buddy are free, and not " \
               "merged" in session.gdb("frames")
    finally:
        session.gdb(f"set var frame_lists[{order}] = {first}")
        session.gdb(f"set var frame_table[{first}].previous = {back}")
        for name, value in zip(("next", "previous", "state", "order"), keep):
            session.gdb(f"set var frame_table[{half}].{name} = {value}")
    assert "!!" not in session.gdb("frames")


def test_frames_knows_the_header() -> None:
    header = (ROOT / "labs/02-paging/mm/frames.h").read_text()
    source = (ROOT / "common/gdb/commands/frames.py").read_text()
    for name, ours in (("FRAME_FREE", FREE), ("FRAME_USED", USED)):
        told = re.search(rf"#define {name} (\w+)", header)
        assert told and int(told[1], 0) == ours
    known = re.search(r"^FRAME_FREE, FRAME_USED = (\w+), (\w+)$", source, re.MULTILINE)
    assert known and (int(known[1], 0), int(known[2], 0)) == (FREE, USED)
