"""The malformed images of exercise 1.5: others in each run, and each wrong in what it is to be."""

import ctypes
import importlib.util
import os
import random
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from pagurus.stages import find_root

SEEDS = [os.urandom(8).hex() for _ in range(60)]
ALWAYS_THE_SAME = {"empty", "one_byte"}
# Only the machine's memory is too small for these; elf_check has nothing against them.
LOADABLE = {"larger_than_memory", "far_larger_than_memory", "segments_far_apart"}


@pytest.fixture(scope="module", name="tests")
def fixture_tests() -> ModuleType:
    path = find_root() / "grading/01-boot/test_1_5_elf.py"
    spec = importlib.util.spec_from_file_location("the_tests_of_1_5", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", name="elf_check")
def fixture_elf_check(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The reference solution's parser, built for the host."""
    out = tmp_path_factory.mktemp("host") / "elf.so"
    root = find_root()
    subprocess.run(["gcc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-I", root / "common/include",
                    "-I", root / "labs/01-boot", "-o", out,
                    root / "labs/01-boot/loader/elf_image.c"], check=True)
    return ctypes.CDLL(str(out))


def refused_for(library: ctypes.CDLL, file: bytes) -> str:
    """The field that elf_check names, or nothing."""
    field, image = ctypes.c_char_p(), ctypes.create_string_buffer(64)
    words = (ctypes.c_uint64 * (len(file) // 8 + 1))()  # 8-byte aligned, as the loader has it
    ctypes.memmove(words, file, len(file))
    refused = library.elf_check(words, ctypes.c_uint64(len(file)), image, ctypes.byref(field))
    return (field.value or b"?").decode() if refused else ""


def test_no_two_runs_have_an_image_in_common(tests: ModuleType) -> None:
    first, second = (tests.refused(random.Random(seed)) for seed in SEEDS[:2])
    assert len(first) >= 40 and first.keys() == second.keys()
    assert {name for name in first if first[name][0] == second[name][0]} == ALWAYS_THE_SAME
    assert tests.Draw(random.Random(1)).good() != tests.Draw(random.Random(2)).good()
    assert first == tests.refused(random.Random(SEEDS[0])), "a seed repeats a run"


def test_each_field_is_in_one_group(tests: ModuleType) -> None:
    grouped = [field for group in tests.GROUPS.values() for field in group]
    assert len(grouped) == len(set(grouped))
    assert {field for _, field in tests.refused(random.Random()).values()} == set(grouped)


def test_what_is_wrong_is_what_the_name_says(tests: ModuleType, elf_check: ctypes.CDLL) -> None:
    for seed in SEEDS:
        file, _ = tests.Draw(random.Random(seed)).good()
        assert refused_for(elf_check, file) == "", seed
        for name, (file, field) in tests.refused(random.Random(seed)).items():
            expected = "" if name in LOADABLE else field
            assert refused_for(elf_check, file) == expected, (name, seed)
