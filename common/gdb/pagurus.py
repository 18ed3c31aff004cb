"""GDB's commands for Pagurus: `source common/gdb/pagurus.py` loads them all.

`help user-defined` lists them. One file holds the commands of one subsystem; machine.py is what
they read the machine with. GDB 12 is the floor (gdb.RemoteTargetConnection).
"""

import importlib
import os
import sys

_SUBSYSTEMS = ("paging", "processor", "traps", "boot")


def _load() -> None:
    # Not __file__: sourced from within another Python script, that is the other one's.
    folder = os.path.dirname(os.path.abspath(_load.__code__.co_filename))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        for name in _SUBSYSTEMS:
            importlib.import_module(name)
    finally:
        sys.dont_write_bytecode = writes_bytecode


_load()
