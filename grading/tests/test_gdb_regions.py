"""common/gdb's `regions` says what is reserved and committed, and marks what contradicts itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gdblib import GdbError, Session, build_images

PAGE, MIB, TIB = 1 << 12, 1 << 20, 1 << 40
DIRECT_MAP = 0xFFFF_8000_0000_0000


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_images(tmp_path_factory, "02", "regions_steps")


def start(images: Path, folder: Path, args: str) -> Session:
    return Session(images, folder, "regions_steps", args)


@pytest.fixture(scope="module")
def sparse(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """1 TiB, of which three pages were touched."""
    session = start(images, tmp_path_factory.mktemp("gdb"), "sparse w1 r2 w0x100000")
    session.run_to("*_start")
    with pytest.raises(GdbError, match="the image is not mapped yet"):
        session.gdb("regions")
    session.run_to("address_space_init")
    with pytest.raises(GdbError, match="address_space_init has not run"):
        session.gdb("regions")
    session.run_to("steps_look")
    yield session
    session.close()


def test_a_sparse_region(sparse: Session) -> None:
    place = sparse.gdb.value("steps_place")
    assert sparse.gdb.lines("regions") == [
        "application_space 0x000000010000 - 0x7ffffffff000: 1 region",
        f"  {place:#014x} - {place + TIB:#014x}      1 TiB  rw-  sparse  12 KiB committed",
    ]


def test_an_address_in_a_region(sparse: Session) -> None:
    place = sparse.gdb.value("steps_place")
    there = sparse.gdb.lines("regions steps_place + 0x1fff")
    assert there[0].startswith(f"{place + 0x1fff:#x} is in {place:#014x} - ")
    physical = int(there[1].split()[-1], 16)
    assert there[1] == f"  a page of 4 KiB, rw-, at physical {physical:#x}"
    assert sparse.qmp.u64(physical) == place + PAGE  # what the application wrote there
    assert sparse.gdb.lines("regions steps_place")[1] == (
        "  nothing is there yet: the first touch commits it")


def test_an_address_in_no_region(sparse: Session) -> None:
    place = sparse.gdb.value("steps_place")
    assert sparse.gdb.lines("regions steps_place - 1") == [
        f"{place - 1:#x} is in no region",
        f"  0x1 bytes before the start of {place:#014x} - {place + TIB:#014x}"]
    assert sparse.gdb.lines(f"regions {place + TIB:#x}")[1].startswith("  0x0 bytes behind the end")
    assert sparse.gdb.lines("regions $rip")[0].endswith(
        "is not the application's: 0x10000 - 0x7ffffffff000")
    with pytest.raises(GdbError, match="regions: "):
        sparse.gdb("regions nonsense")


def test_help(sparse: Session) -> None:
    assert "regions ADDR" in sparse.gdb("help regions")


def test_regions_of_all_kinds_and_broken_ones(images: Path, tmp_path: Path) -> None:
    session = start(images, tmp_path, "large 3 9")
    session.run_to("steps_look", "steps_look")
    block = session.gdb.value("steps_place")
    lines = session.gdb.lines("regions")
    assert [line.split() for line in lines[1:]] == [
        f"{start:#014x} - {end:#014x} {rest} committed".split() for start, end, rest in (
            (block - 6 * MIB, block + 3 * PAGE, "6156 KiB rw- large 12 KiB"),
            (block + 4 * PAGE, block + 9 * PAGE, "20 KiB rw- large 20 KiB"),
            (block + 9 * PAGE, block + 10 * PAGE, "4 KiB r-- large 4 KiB"),
            (block + 10 * PAGE, block + 10 * MIB, "10200 KiB rw- large 2008 KiB"))]

    # A count that is wrong, a region whose rights are other than its pages'.
    session.gdb("set var application_space.tree.count = 7")
    session.gdb("set var ((struct region *)application_space.tree.root)->flags = 1")
    lines = session.gdb.lines("regions")
    assert "!! the tree has 4 nodes, its count says 7" in lines
    assert sum(line.startswith("!! page 0x") and line.endswith("in a region that is ---")
               for line in lines) >= 5

    # A tree that is a circle, and one that leads to nowhere, have an end.
    session.gdb("set var application_space.tree.root->child[1] = application_space.tree.root")
    assert any(line.startswith("!! the tree's node") and line.endswith("is met twice")
               for line in session.gdb.lines("regions"))
    session.gdb("set var application_space.tree.root = (struct region_node *)0x123456789000")
    assert any("cannot be read" in line for line in session.gdb.lines("regions"))
    session.close()
