"""Exercise 2.2: flags that no page can have."""

import random
import struct

import pytest

from pagurus.addressspace import FLAGS, GLOBAL, MIB2, NONE, PAGE, W, X, check_tree
from pagurus.checks import check, exercise
from pagurus.lab import MachineFactory

PLACE = 0x0000100000000000
EINVAL = 22


@exercise("2.2", weight=1, read="map a range")
@pytest.mark.parametrize("size", [PAGE, MIB2], ids=["4_KiB", "2_MiB"])
def test_every_page_leaves_an_entry(machine: MachineFactory, rng: random.Random, size: int) -> None:
    """No flags make the entry of physical page 0 absent; what is unknown is refused."""
    m = machine(app="page_probe", machine="microvm")
    m.run_to("image:address_space_init")
    free = m.u64("frames_free")
    tables = m.address("probe_tables")

    def call(function: str, *arguments: int) -> int:
        return m.call(f"image:{function}", tables, *arguments) & 0xFFFFFFFF

    check("the result of page_tables_create", 0, call("page_tables_create"))
    m.explain("An entry of 0 is absent. PAGE_NONE | PAGE_X would be just this for physical page 0.")
    unknown = rng.choice([bit for bit in range(64) if not FLAGS >> bit & 1])
    refused = (NONE | X, NONE | X | W, NONE | X | GLOBAL, W | 1 << unknown)
    for flags in refused:
        check(f"page_map of physical page 0 with flags {flags:#x}: -EINVAL", -EINVAL & 0xFFFFFFFF,
              call("page_map", PLACE, 0, size, flags))
    check("pages that are mapped after what was refused", [], check_tree(m, "probe_tables", free))
    check("page_map of physical page 0, without any access", 0,
          call("page_map", PLACE, 0, size, NONE))
    for flags in refused:
        check(f"page_protect to flags {flags:#x}: -EINVAL", -EINVAL & 0xFFFFFFFF,
              call("page_protect", PLACE, PAGE, flags))
    check("pages that are mapped", 1, len(check_tree(m, "probe_tables", free)))
    check("page_protect to the other flags", 0, call("page_protect", PLACE, size, X))
    m.write(m.address("probe_address"), struct.pack("<Q", PLACE))
    check("page_unmap", 0, call("page_unmap", m.address("probe_address"), PLACE + size, 0))
    check("pages that are mapped when all is unmapped", [], check_tree(m, "probe_tables", free))
