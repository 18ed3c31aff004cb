"""Exercise 2.5: flags of regions: unknown ones are refused, and a protection key stays."""

import random

import pytest

from pagurus.addressspace import FLAGS, NONE, W, X
from pagurus.checks import check, exercise
from pagurus.lab import MachineFactory
from pagurus.machine import Machine

PAGE, KEY = 1 << 12, 59
SPARSE, LARGE = 1, 2  # kinds
FREE = 1  # enum region_place
PROT_READ, PROT_WRITE = 1, 2
MASK = (1 << 64) - 1
EINVAL = 22
TREE = "alder"


def in_a_tree(machine: MachineFactory) -> Machine:
    """A machine in main's thread."""
    m = machine("pagefault", f"read {TREE} 0", machine="microvm")
    m.run_to(f"image:{TREE}")
    return m


def result(m: Machine, function: str, *arguments: int | bytes) -> int:
    """What a function for the application's regions answers."""
    answer = m.call(f"image:{function}", m.address("image:application_space"), *arguments)
    answer &= 0xFFFFFFFF
    return answer - (1 << 32) if answer >> 31 else answer


def reserve(m: Machine, place: int, pages: int, flags: int, kind: int = 0) -> int:
    """region_reserve of just this place."""
    return result(m, "region_reserve", place.to_bytes(8, "little"), pages * PAGE, flags, kind, FREE)


def flags_at(m: Machine, address: int) -> int:
    """The flags of the page at an address, which is committed."""
    table = m.reg("cr3") & 0x000F_FFFF_FFFF_F000
    for shift in (39, 30, 21, 12):
        entry = m.u64(table + 8 * (address >> shift & 511), physical=True)
        table = entry & 0x000F_FFFF_FFFF_F000
    return (entry ^ (NONE | X)) & FLAGS


@exercise("2.5", weight=1, read="new rights for a range")
def test_unknown_flags_are_refused(machine: MachineFactory, rng: random.Random) -> None:
    """region_reserve and region_protect say -EINVAL, and nothing has changed."""
    m = in_a_tree(machine)
    place = rng.randrange(1 << 20, 1 << 30) * PAGE
    check("region_reserve", 0, reserve(m, place, 4, W))
    check("region_commit", 0, result(m, "region_commit", place, 2))
    unknown = rng.choice([bit for bit in range(64) if not FLAGS >> bit & 1])
    for flags in (1 << 9, W | 1 << unknown, NONE | X):
        check(f"region_reserve with flags {flags:#x}: -EINVAL", -EINVAL,
              reserve(m, place + 64 * PAGE, 4, flags))
        check(f"region_protect with flags {flags:#x}: -EINVAL", -EINVAL,
              result(m, "region_protect", place, PAGE, flags))
    kind = (SPARSE | LARGE) + 1 << rng.randrange(8)
    check(f"region_reserve with kind {kind:#x}: -EINVAL", -EINVAL,
          reserve(m, place + 64 * PAGE, 4, W, kind))
    check("the flags of the page", hex(W), hex(flags_at(m, place)))
    check("regions at the end", 1, m.u64(m.address("image:application_space") + 40))


@exercise("2.5", weight=1, read="new rights for a range")
@pytest.mark.parametrize("same", [True, False], ids=["one_key", "two_keys"])
def test_mprotect_keeps_the_key(machine: MachineFactory, rng: random.Random, same: bool) -> None:
    """Of regions with protection keys, mprotect changes the rights alone, in all of the range."""
    m = in_a_tree(machine)
    place = rng.randrange(1 << 20, 1 << 30) * PAGE
    keys = rng.sample(range(1, 16), 2)
    keys[1] = keys[0] if same else keys[1]
    for number, key in enumerate(keys):
        at = place + 4 * number * PAGE
        check(f"region_reserve with key {key}", 0, reserve(m, at, 4, W | key << KEY, number))
        for page in range(4):
            check("region_commit", 0, result(m, "region_commit", at + page * PAGE, 2))
    check("mprotect of the last 2 pages of the first region, and the first 2 of the second", 0,
          m.call("image:mprotect", place + 2 * PAGE, 4 * PAGE, PROT_READ) & 0xFFFFFFFF)
    for page in range(8):
        expected = keys[page // 4] << KEY | (0 if 2 <= page < 6 else W)
        check(f"the flags of page {page}", hex(expected), hex(flags_at(m, place + page * PAGE)))
    check("mprotect beyond the second region's end: -1", MASK & 0xFFFFFFFF,
          m.call("image:mprotect", place + 4 * PAGE, 5 * PAGE, PROT_READ) & 0xFFFFFFFF)
    check("the flags of the last page afterwards", hex(keys[1] << KEY | W),
          hex(flags_at(m, place + 7 * PAGE)))
