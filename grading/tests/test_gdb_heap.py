"""common/gdb: `heap` finds the block that holds an address, and says when a slab is damaged."""

import re
from collections.abc import Iterator

import pytest

from gdblib import GdbError, Session, Start, build_images, sessions

DIRECT_MAP = 0xFFFF_8000_0000_0000


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts sessions of lab 02, and ends them after the module's last test."""
    images = build_images(tmp_path_factory, "02", "hello", "heap_misuse.debug")
    with sessions(images, tmp_path_factory) as begin:
        yield begin


@pytest.fixture(scope="module")
def at_main(start: Start) -> Session:
    """In main, where GDB can call malloc."""
    return start("main")


def call(session: Session, expression: str) -> int:
    return session.gdb.value(f"((unsigned long (*)(unsigned long)){expression}")


def malloc(session: Session, size: int) -> int:
    return call(session, f"malloc)({size})")


def free(session: Session, block: int) -> None:
    session.gdb(f"call ((void (*)(unsigned long))free)({block:#x})")


def test_a_backtrace_ends_where_the_stack_begins(at_main: Session) -> None:
    frames = at_main.gdb.lines("backtrace")
    assert re.match(r"#0 +main ", frames[0])
    assert re.match(r"#\d+ .* in stack_enter ", frames[-2])
    assert re.fullmatch(r"#\d+ +0x0+ in \?\? \(\)", frames[-1])


def test_a_small_block(at_main: Session) -> None:
    gdb = at_main.gdb
    block = malloc(at_main, 3000)
    found = re.fullmatch(
        rf"{block + 100:#x}: 100 bytes into the block {block:#x}, used: object \d of class 3072, "
        r"slab (0x[0-9a-f]+) - 0x[0-9a-f]+, 1 of 10 used\n", gdb(f"heap {block + 100:#x}"))
    assert found
    assert "in the header of a slab: class 3072" in gdb(f"heap {found[1]}")
    assert "in the unused part of a slab" in gdb(f"heap {found[1]} + 200")
    assert re.search(r"^  class +3072  slabs: +1, 0 full, 0 empty   objects in the others: 1 used, "
                     r"9 free$", gdb("heap"), re.MULTILINE)
    free(at_main, block)
    assert "into the block" in gdb(f"heap {block:#x}") and ", free: " in gdb(f"heap {block:#x}")
    assert re.search(r"class +3072  slabs: +1, 0 full, 1 empty", gdb("heap"))


def test_full_slabs(at_main: Session) -> None:
    blocks = [malloc(at_main, 40_000) for _ in range(14)]
    assert re.search(r"class +40960  slabs: +2, 1 full, 0 empty   objects in the others: 2 used",
                     at_main.gdb("heap"))
    for block in blocks:
        free(at_main, block)


def test_a_large_block(at_main: Session) -> None:
    gdb = at_main.gdb
    block = malloc(at_main, 300_000)
    assert gdb(f"heap {block + 299_999}") == (
        f"{block + 299_999:#x}: 299999 bytes into the large block {block:#x}, used: 74 pages\n")
    assert "large blocks: 1, of 74 pages in all" in gdb("heap")
    assert "no block of the heap" in gdb(f"heap {block + 74 * 4096}")
    free(at_main, block)
    assert "no block of the heap; `frames 0x" in gdb(f"heap {block:#x}")


def test_damage_is_marked(at_main: Session) -> None:
    gdb = at_main.gdb
    block = malloc(at_main, 1700)
    slab = re.search(r"slab (0x[0-9a-f]+)", gdb(f"heap {block:#x}"))
    assert slab
    place = f"((struct slab *){slab[1]})"
    first = gdb.value(f"{place}->free")
    before = gdb.value(f"*(unsigned long *){first:#x}")
    for value, text in ((first, "is a circle"), (first + 8, "which is none"),
                        (0, "objects are not")):
        gdb(f"set var *(unsigned long *){first:#x} = {value:#x}")
        for command in ("heap", f"heap {block:#x}"):
            assert re.search(f"^!! slab {slab[1]}: .*{text}", gdb(command), re.MULTILINE), text
    gdb(f"set var *(unsigned long *){first:#x} = {before:#x}")
    assert "!!" not in gdb("heap")
    free(at_main, block)


def test_the_debugging_heap(start: Start) -> None:
    session = start("clean_up", app="heap_misuse.debug", args="nothing 1 1 40 0")
    gdb = session.gdb
    block = gdb.value("$rdi")
    said = gdb("heap $rdi + 7")
    assert said.startswith(f"{block + 7:#x}: 7 bytes into the 40-byte block {block:#x}, used\n")
    assert "allocated in 0xffffffff" in said and "<make_tree+" in said and "freed" not in said
    assert f"9 bytes past the end of the 40-byte block {block:#x}, used" in gdb("heap $rdi + 48")
    session.run_to("report")
    said = gdb(f"heap {block:#x}")
    assert f"0 bytes into the 40-byte block {block:#x}, freed" in said
    assert re.search(r"freed in 0xffffffff\w+ <clean_up\+", said)
    assert "debugging heap: 3 blocks so far" in gdb("heap")


@pytest.mark.parametrize("command, error", [
    ("heap nosuch", 'heap: No symbol "nosuch" in current context.'),
    ("heap main", "heap: 0xffffffff80"),
    ("heap 0x1000", "heap: 0x1000 is not in the heap, which lies in the direct map"),
    (f"heap {DIRECT_MAP + (1 << 40):#x}", "heap: 0xffff810000000000 is behind the end of memory"),
])
def test_bad_input_is_one_line(at_main: Session, command: str, error: str) -> None:
    with pytest.raises(GdbError) as caught:
        at_main.gdb(command)
    assert str(caught.value).startswith(error) and "\n" not in str(caught.value)


def test_help_has_an_example(at_main: Session) -> None:
    assert "\nheap -- " in at_main.gdb("help user-defined")
    assert re.search(r"^Example: +heap", at_main.gdb("help heap"), re.MULTILINE)
