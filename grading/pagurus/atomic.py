"""Machine code: does an instruction that changes memory do so for all processors at once?

An instruction without LOCK reads and writes in two accesses, between which another processor may
write (Intel SDM vol. 3A §8.1.2.2). QEMU's processors take turns between instructions, so no run of
the machine shows that; the instruction itself does.
"""

_LOCK = 0xF0
_PREFIXES = bytes([_LOCK, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0xF2, 0xF3, *range(0x40, 0x50)])
_XCHG = bytes([0x86, 0x87])  # locked without the prefix
_STORES = bytes([0x88, 0x89, 0xA2, 0xA3, 0xAA, 0xAB, 0xC6, 0xC7])  # MOV, STOS: they do not read
_TWO_BYTES = 0x0F
_CHANGE_TWO = bytes([0xAB, 0xB3, 0xBA, 0xBB, 0xB0, 0xB1, 0xC0, 0xC1])  # BTS, BTR, BTC, …, XADD


def reads_and_writes_apart(code: bytes) -> bool:
    """Of an instruction that has changed memory: whether it has read it before, and without LOCK."""
    at = 0
    while code[at] in _PREFIXES:
        at += 1
    if _LOCK in code[:at] or code[at] in _XCHG + _STORES:
        return False
    return code[at] != _TWO_BYTES or code[at + 1] in _CHANGE_TWO
