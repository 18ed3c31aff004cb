"""Exercise 2.4: what memory held before the table of frames was made does not pass for a block."""

import random
import struct

from pagurus.checks import check_that, exercise
from pagurus.heap import CLASS_MAX, PAGE, Heap
from pagurus.lab import MachineFactory
from pagurus.machine import Machine
from pagurus.outcome import Kind
from pagurus.verdict import CallFailed

ENTRY = 12  # bytes of a struct frame, which starts with the note
DIRECT_MAP = 0xFFFF800000000000
SLAB_NOTE, RUN_NOTE = 0x51AB0000, 0xB1000000  # mm/slab.h, mm/heap.h


def plant(m: Machine, pointer: int, note: int) -> None:
    """The note of the frame at a pointer, as memory may have held it."""
    entry = m.u64("frame_table") + (pointer - DIRECT_MAP) // PAGE * ENTRY
    m.write(entry, struct.pack("<I", note))


@exercise("2.4", weight=1, read="whose block is it?")
def test_notes_by_chance_count_for_nothing(machine: MachineFactory, rng: random.Random) -> None:
    """free of a page that is no block's is named, whatever its entry in the table says."""
    for where in ("a page inside a large block", "a page inside a free block"):
        for note in (RUN_NOTE | rng.randrange(1, 9), SLAB_NOTE, SLAB_NOTE | rng.randrange(1, 6),
                     SLAB_NOTE | rng.randrange(19, 256)):
            m = machine("heap_fill", "16", machine="microvm")
            m.run_to("image:main")
            heap = Heap(m)
            block = heap.malloc(CLASS_MAX + 40 * PAGE)
            page = block + PAGE * (2 * rng.randrange(1, 20) + 1)
            if where == "a page inside a free block":
                heap.free(block)
            m.write(block, bytes(CLASS_MAX))  # where a slab's header would be, if it were one
            plant(m, page, note)
            m.explain(f"The call was free({page:#x}), {where}, whose entry holds {note:#x}: no "
                      "block that is in use begins there.")
            try:
                m.call("free", page)
                said = "nothing: it returned"
            except CallFailed as failed:
                if failed.outcome.kind is not Kind.PANIC:
                    raise
                said = failed.outcome.text
            wanted = (f"free: {page:#x} is free already" if where == "a page inside a free block"
                      else f"free: {page:#x} is no block of the heap")
            check_that(f"what free says of {where}, with note {note:#x}", wanted in said, wanted,
                       said)
            m.close()
