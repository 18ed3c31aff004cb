"""The log of exceptions: which faults lead in a circle, and which are just many."""

import pytest
from pagurus import faultlog


def log(*faults: tuple[int, int]) -> str:
    """QEMU's records of faults (vector, pc), as far as they are read."""
    return "".join(
        f"  {number:4d}: v={vector:02x} e=0000 i=0 cpl=0 IP=0008:{pc:016x} pc={pc:016x} "
        f"SP=0010:{0x8000 - 8 * number:016x} CR2=0000000000000010\nIDT=     00000000 00000fff\n"
        for number, (vector, pc) in enumerate(faults))


@pytest.mark.parametrize("circle, said", [
    ([(14, 0x1000)], "the same fault again and again: page fault (#PF): read at 0x10, the page "
                     "is not present, at 0x1000"),
    ([(6, 0x1000), (13, 0)], "the same 2 faults again and again: invalid opcode (#UD), at 0x1000; "
                             "general protection (#GP), at 0x0"),
])
def test_a_circle_is_told_in_words(circle: list[tuple[int, int]], said: str) -> None:
    assert faultlog.endless(log(*circle * 30), hex) == said


@pytest.mark.parametrize("faults", [
    [(14, 0x1000)] * 10,
    [(14, pc) for pc in range(0x1000, 0x1100)],
    [(14, 0x1000), (32, 0x2000)] * 30,
    [(3, 0x1000)] * 60,
], ids=["few", "many places", "an interrupt between", "breakpoints"])
def test_what_comes_often_is_no_circle(faults: list[tuple[int, int]]) -> None:
    assert faultlog.endless(log(*faults), hex) is None
