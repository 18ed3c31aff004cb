"""Builds of code that nobody has read: they end, say little, and see only their own tree."""

import time
from pathlib import Path

import pytest

from pagurus import confine
from pagurus.build import build_submission
from pagurus.stages import Stage

needs_landlock = pytest.mark.skipif(not confine.can_confine(), reason="a kernel without Landlock")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "course/kernel/solution.inc"
    path.parent.mkdir(parents=True)
    path.write_text("mov eax, 0x5ec2e7\n")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    return tmp_path / "tree"


def run(tree: Path, script: str, seconds: float = 20) -> confine.Finished:
    return confine.run_tools(["bash", "-c", script], tree, seconds)


@needs_landlock
@pytest.mark.parametrize("reader", [
    "echo '%include \"{}\"' > build/a.asm; nasm -f bin -o build/a build/a.asm",
    "echo 'incbin \"{}\"' > build/a.asm; nasm -f bin -o build/a build/a.asm",
    "echo '#include \"{}\"' > build/a.c; gcc -E build/a.c",
    "echo '.incbin \"{}\"' > build/a.s; as -o build/a.o build/a.s",
    "echo 'INPUT({})' > build/a.ld; ld -T build/a.ld -o build/a",
    "cat {}",
])
def test_a_build_reads_its_own_tree_only(tree: Path, secret: Path, reader: str) -> None:
    for path in (secret, "../course/kernel/solution.inc"):
        done = run(tree, reader.format(path))
        assert done.status != 0 and "0x5ec2e7" not in done.output
    own = tree / "solution.inc"
    own.write_text(secret.read_text())
    if "INPUT" not in reader:
        done = run(tree, reader.format(own))
        assert done.status == 0, done.output


@needs_landlock
def test_a_build_writes_below_build_only(tree: Path, tmp_path: Path) -> None:
    for name in (tmp_path / "a", tree / "a", "../a", Path("/tmp/pagurus-not-confined")):
        assert run(tree, f"echo x > {name}").status != 0
        assert not Path(tree, name).exists()
    assert run(tree, "echo x > build/a && gcc --version > build/b").status == 0


def test_a_build_sees_nothing_of_the_environment(tree: Path, monkeypatch) -> None:
    monkeypatch.setenv("COURSE_PASSWORD", "correct horse")
    source = tree / "a.asm"
    source.write_text("%defstr password %!COURSE_PASSWORD\n%warning password\n")
    assert "horse" not in run(tree, "env; nasm -f bin -o build/a a.asm").output


def test_endless_output_is_cut_and_ended(tree: Path) -> None:
    begun = time.monotonic()
    done = run(tree, "yes 0123456789", 60)
    assert done.status != 0 and done.in_time and time.monotonic() - begun < 30
    assert len(done.output) < 2 * confine.OUTPUT_BYTES and "bytes left out" in done.output


def test_endless_builds_are_ended_with_all_their_children(tree: Path) -> None:
    done = run(tree, "sleep 1000 & echo $!; wait", 1)
    assert not done.in_time
    end = time.monotonic() + 10
    while time.monotonic() < end and Path(f"/proc/{done.output}").exists():
        time.sleep(0.01)  # a killed orphan is init's to bury
    assert not Path(f"/proc/{done.output}").exists()


@pytest.mark.parametrize("bomb", [
    "times 2000000000 db 1",
    "%rep 1000000\ntimes 1 << 20 db 1\n%endrep",
    "%rep 2000000000\n%assign i 1\n%endrep",
])
def test_a_bomb_breaks_the_build_and_nothing_else(tree: Path, bomb: str) -> None:
    (tree / "a.asm").write_text(bomb + "\n")
    (tree / "Makefile").write_text(".PHONY: build\nbuild:\n\tnasm -f elf64 -o build/a.o a.asm\n")
    broken = build_submission(Stage(tree, "01-toy"), seconds=5)
    assert broken is not None and len(broken.output) < 2 * confine.OUTPUT_BYTES
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    assert size <= confine.FILE_BYTES + 4096


def test_a_build_that_fills_the_disk_is_broken(tree: Path, monkeypatch) -> None:
    monkeypatch.setattr("pagurus.build._TREE_BYTES", 1 << 20)
    (tree / "Makefile").write_text(".PHONY: build\nbuild:\n\thead -c 2000000 /dev/zero > build/a\n")
    broken = build_submission(Stage(tree, "01-toy"))
    assert broken is not None and "more than" in broken.output
    assert not (tree / "build").exists()
