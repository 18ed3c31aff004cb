"""Run a build of code that nobody has read: bounded in time, memory and output, and blindfolded.

The tools of a build read whatever a source names: `#include`, `incbin` and a linker script's INPUT
reach any file of the disk, the reference solution and hidden tests among them. With Landlock
(Linux 5.13) the tools of a build see only themselves and the tree that is built.
"""

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 2 << 30  # of each process
FILE_BYTES = 32 << 20  # of each file that is written; our largest has 140 KiB
CPU_SECONDS = 60  # of each process
OUTPUT_BYTES = 64 << 10  # of what the tools say, beginning and end

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_NO_NEW_PRIVS = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same number on every processor
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL_OF_VERSION_1 = (1 << 13) - 1
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE

# Where tools and what they need are found; their own folders come to it.
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives",
           "/etc/ld.so.cache")
_TOOLS = ("make", "gcc", "cc", "clang", "nasm", "ld", "as", "ar", "nm", "awk", "bash")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
# Of the instructor's environment, this much is anybody's business (NASM's %! reads variables).
_VARIABLES = ("PATH", "LANG", "LC_ALL", "CC", "NASM", "V")


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    status: int
    output: str
    in_time: bool = True


def can_confine() -> bool:
    """Whether this kernel has Landlock."""
    return _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) > 0


def _check(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return result


class Blindfold:
    """What a process and its children may touch: the tools, a tree to read, a folder to write."""

    def __init__(self, readable: Sequence[str | Path], writable: Sequence[str | Path]) -> None:
        """Everything is prepared here, so that `put_on` may run between fork and exec."""
        attributes = ctypes.create_string_buffer(struct.pack("<Q", _ALL_OF_VERSION_1))
        self._ruleset = _check(_LIBC.syscall(
            _CREATE_RULESET, attributes, ctypes.c_size_t(8), ctypes.c_uint32(0)))
        os.set_inheritable(self._ruleset, False)
        for path in readable:
            self._allow(path, _EXECUTE | _READ_FILE | _READ_DIR)
        for path in writable:
            self._allow(path, _ALL_OF_VERSION_1 & ~_EXECUTE)

    def _allow(self, path: str | Path, rights: int) -> None:
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # not on this system
        try:
            if not os.path.isdir(path):
                rights &= _OF_FILES
            rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, handle))
            _check(_LIBC.syscall(_ADD_RULE, self._ruleset, 1, rule, ctypes.c_uint32(0)))
        finally:
            os.close(handle)

    def put_on(self) -> None:
        """In the child: for good, and for all that it starts."""
        _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _check(_LIBC.syscall(_RESTRICT_SELF, self._ruleset, ctypes.c_uint32(0)))

    def close(self) -> None:
        """The processes that wear it keep it."""
        os.close(self._ruleset)


def _tool_folders() -> set[str]:
    """The folders above `bin` of the tools that lie elsewhere."""
    found = set()
    for tool in _TOOLS:
        path = shutil.which(tool)
        if path:
            home = os.path.dirname(os.path.dirname(os.path.realpath(path)))
            if home != "/" and not home.startswith("/usr"):
                found.add(home)
    return found


def _limit() -> None:
    for what, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, FILE_BYTES),
                       (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # the host's own limit is lower
            resource.setrlimit(what, (most, most))


def run_tools(command: Sequence[str], tree: Path, seconds: float) -> Finished:
    """Run a command in a tree, with limits; it may read the tree and write below build/.

    On a kernel without Landlock it can read other files, too. OSError when it cannot be started.
    """
    (tree / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree / "build", prefix=".tools-") as scratch:
        environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
        environment |= {"HOME": scratch, "TMPDIR": scratch}
        before: list[Callable[[], None]] = [_limit]
        blindfold = None
        if can_confine():
            blindfold = Blindfold(
                [*_SYSTEM, *sorted(_tool_folders()), tree], [*_DEVICES, tree / "build"])
            before.append(blindfold.put_on)
        try:
            return run_bounded(command, tree, environment, seconds, before)
        finally:
            if blindfold:
                blindfold.close()


def run_bounded(command: Sequence[str], cwd: Path, environment: dict[str, str], seconds: float,
                before: Sequence[Callable[[], None]] = ()) -> Finished:
    """Run a command in a process group that is ended for sure; its output goes through a file."""
    def prepare() -> None:
        for step in before:
            step()

    with tempfile.TemporaryFile() as said:
        run = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=said,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=prepare)
        in_time = True
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            in_time = False
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        return Finished(run.returncode, _beginning_and_end(said.fileno()), in_time)


def _beginning_and_end(file: int) -> str:
    size = os.fstat(file).st_size
    half = OUTPUT_BYTES // 2
    if size <= OUTPUT_BYTES:
        data = os.pread(file, size, 0)
    else:
        left_out = f"\n… {size - 2 * half} bytes left out …\n".encode()
        data = os.pread(file, half, 0) + left_out + os.pread(file, half, size - half)
    return data.decode(errors="replace").strip()
