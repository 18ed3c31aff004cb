"""GDB's commands for Pagurus: `source common/gdb/pagurus.py` loads them all.

`help user-defined` lists them. In commands/, one file holds the commands of one subsystem, and
machine.py is what they read the machine with. unwind.py is no command: it leads `bt` across
traps. start.gdb sets GDB up, and tells what works where.
GDB 12 is the floor (gdb.RemoteTargetConnection).
"""

import importlib
import os
import sys

_SUBSYSTEMS = ("paging", "processor", "traps", "boot", "unwind", "frames", "heap", "regions",
               "processors", "locks", "timers", "threads")


def _load() -> None:
    # Not __file__: sourced from within another Python script, that is the other one's.
    here = os.path.dirname(os.path.abspath(_load.__code__.co_filename))
    folder = os.path.join(here, "commands")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        for name in _SUBSYSTEMS:
            importlib.import_module(name)
    finally:
        sys.dont_write_bytecode = writes_bytecode


_load()
