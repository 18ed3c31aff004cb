"""Machines of more memory than this host has: every way to start one takes it lazily."""

import os
import subprocess
from pathlib import Path

import pytest

from gdblib import ROOT
from pagurus import qemu


@pytest.mark.parametrize("machine", ["q35", "microvm"])
def test_run_with_more_memory_than_there_is(machine: str) -> None:
    done = subprocess.run(
        ["make", "-s", "run", "LAB=01", "APP=bootinfo", "MEMORY=512G", f"MACHINE={machine}"],
        cwd=ROOT, text=True, capture_output=True, timeout=120,
        env={name: value for name, value in os.environ.items() if name != "MAKEFLAGS"})
    assert done.returncode == 0, done.stderr
    assert "bootinfo: exit status 0" in done.stderr


@pytest.mark.parametrize("dirty", [False, True])
@pytest.mark.parametrize("memory, lazy", [
    ("64M", False), ("1G", False), ("8G", True), ("64G", True)])
def test_only_large_machines_are_lazy(memory: str, lazy: bool, dirty: bool) -> None:
    spec = qemu.MachineSpec(Path("loader.elf"), ROOT, memory=memory, dirty=dirty)
    command = qemu.base_command(spec)
    backends = [word for word in command if word.startswith("memory-backend-")]
    assert len(backends) == (lazy or dirty)
    assert all(("reserve=off" in word) == lazy for word in backends)
    assert ("memory-backend=ram" in " ".join(command)) == bool(backends)
