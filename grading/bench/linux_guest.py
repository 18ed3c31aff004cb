"""The Linux guest: Debian's cloud kernel, fetched by name, and an initramfs of one program.

Linux gets what helps it: no messages but the program's, no self-tests, no mitigations, and its TSC
frequency. Without that, it measures the frequency against the PIT; when the host is busy
meanwhile this fails, and a microvm, which has no other clock, then hangs for ever.

Where instructions are counted, it also need not clear memory twice (init_on_alloc), and lays out
its memory alike in each boot.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.errors import BenchError

META_PACKAGE = "linux-image-cloud-amd64"
_ARGUMENTS = "console=ttyS0 quiet loglevel=0 mitigations=off cryptomgr.notests"
_COUNTED = "tsc_early_khz=1000000 init_on_alloc=0 norandmaps"  # an instruction is 1 ns
_SECONDS = 300  # for any one command
_EXECUTABLE = 0o100755


@dataclass(frozen=True)
class Kernel:
    """Which package the kernel came from."""

    package: str
    version: str
    sha256: str


def timed_arguments(cpuinfo: str) -> str:
    """The kernel's command line under the clock, on a host with this /proc/cpuinfo.

    Under TCG the guest's TSC is the host's, whose frequency Linux shows as half the bogomips.
    """
    match = re.search(r"^bogomips\s*: ([0-9.]+)$", cpuinfo, re.MULTILINE)
    return f"{_ARGUMENTS} tsc_early_khz={float(match[1]) * 500:.0f}" if match else _ARGUMENTS


def counted_arguments(program: str, more: str = "") -> str:
    """The kernel's command line where instructions are counted, and the program's."""
    return " ".join(part for part in (_ARGUMENTS, _COUNTED, more, "--", program) if part)


def fetch_kernel(folder: Path) -> Kernel:
    """Put `vmlinuz` into the folder, unless it is there, and say what it is.

    apt checks the package against the signed lists of its archive.
    """
    about = folder / "kernel.json"
    if about.exists() and (folder / "vmlinuz").exists():
        return Kernel(**json.loads(about.read_text()))
    folder.mkdir(parents=True, exist_ok=True)
    name = dependency(_output(["apt-cache", "depends", META_PACKAGE]))
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        _output(["apt-get", "download", "-q", "-o", "APT::Get::AllowUnauthenticated=false", name],
                Path(scratch))
        package = next(Path(scratch).glob("*.deb"), None)
        if package is None:
            raise BenchError(f"apt-get download {name} left no package")
        fields = [_output(["dpkg-deb", "--field", str(package), field]).strip()
                  for field in ("Package", "Version")]
        kernel = Kernel(*fields, hashlib.sha256(package.read_bytes()).hexdigest())
        unpacked = Path(scratch) / "vmlinuz"
        _unpack_kernel(package, unpacked)
        os.replace(unpacked, folder / "vmlinuz")
    about.write_text(json.dumps(asdict(kernel), indent=2) + "\n")
    return kernel


def dependency(listing: str) -> str:
    """The kernel's own package, from what `apt-cache depends` says of the meta package."""
    match = re.search(r"^ *Depends: (linux-image-\S+)$", listing, re.MULTILINE)
    if not match:
        raise BenchError(f"apt knows no kernel behind {META_PACKAGE}")
    return match[1]


def newc(files: Mapping[str, bytes]) -> bytes:
    """A cpio archive in the kernel's `newc` format of executable files, as an initramfs."""
    archive = b""
    for inode, (name, data) in enumerate({**files, "TRAILER!!!": b""}.items(), start=1):
        path = name.encode() + b"\0"
        mode = _EXECUTABLE if name in files else 0
        numbers = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
        header = b"070701" + b"".join(b"%08x" % number for number in numbers)
        archive += _padded(header + path) + _padded(data)
    return archive


def build_hello(folder: Path) -> Path:
    """An initramfs with linux_init.asm as /init."""
    source = Path(__file__).with_name("linux_init.asm")
    folder.mkdir(parents=True, exist_ok=True)
    _output(["nasm", "-f", "elf64", str(source), "-o", "init.o"], folder)
    _output(["ld", "-s", "init.o", "-o", "init"], folder)
    return _pack(folder, "init", "initramfs.cpio")


def build_program(folder: Path, root: Path, app: str, compiler: str) -> Path:
    """An initramfs with one of our applications as /init, a static program of this compiler."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = [path for home in (root / "common/apps").glob("from-*")
               for path in sorted([*home.glob(f"{app}.c"), *home.glob(f"{app}_*.asm")])]
    objects = []
    for source in sources:
        if source.suffix == ".asm":
            objects.append(f"{source.stem}.o")
            _output(["nasm", "-f", "elf64", str(source), "-o", objects[-1]], folder)
    program = f"{app}-{compiler}"
    _output([compiler, "-std=gnu11", "-O2", "-static", "-Wl,-z,noexecstack",
             "-iquote", str(root / "common/include"),
             *(str(source) for source in sources if source.suffix == ".c"),
             str(Path(__file__).with_name("linux_end.c")), *objects, "-o", program], folder)
    return _pack(folder, program, f"{program}.cpio")


def _pack(folder: Path, program: str, name: str) -> Path:
    archive = folder / name
    archive.write_bytes(newc({"init": (folder / program).read_bytes()}))
    return archive


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def _unpack_kernel(package: Path, target: Path) -> None:
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacker:
        assert unpacker.stdout is not None
        with tarfile.open(fileobj=unpacker.stdout, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if "/boot/vmlinuz" in member.name else None
                if content is not None:
                    with target.open("wb") as file:
                        shutil.copyfileobj(content, file)
                    break
        unpacker.kill()
    if not target.exists():
        raise BenchError(f"there is no /boot/vmlinuz in {package.name}")


def _output(command: list[str], cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS,
                              stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"},
                              check=False)
    except OSError as error:
        raise BenchError(f"cannot run {command[0]}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{command[0]} did not end within {_SECONDS} s") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no reason given"]
        raise BenchError(f"{' '.join(command[:2])} failed: {said[-1]}")
    return done.stdout
