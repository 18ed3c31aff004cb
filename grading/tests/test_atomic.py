"""Which instructions that change memory do so for all processors at once."""

import pytest

from pagurus.atomic import reads_and_writes_apart

APART = {
    "add [rdi], rax": "480107",
    "and [rip+8], rax": "48210508000000",
    "or dword [rdi], 1": "830f01",
    "inc word [rdi]": "66ff07",
    "bts [rdi], rax": "480fab07",
    "xadd [rdi], eax": "0fc107",
    "cmpxchg [rdi], rcx": "480fb10f",
}
AT_ONCE = {
    "lock add [rdi], rax": "f0480107",
    "lock and [rip+8], rax": "f048210508000000",
    "lock cmpxchg [rdi], rcx": "f0480fb10f",
    "lock inc word [rdi], the prefixes the other way": "66f0ff07",
    "xchg [rdi], rax": "488707",
    "mov [rdi], rax": "488907",
    "mov dword [rdi], 1": "c70701000000",
    "movups [rdi], xmm0": "0f1107",
}


@pytest.mark.parametrize("name", APART)
def test_apart(name: str) -> None:
    assert reads_and_writes_apart(bytes.fromhex(APART[name]).ljust(16, b"\x90"))


@pytest.mark.parametrize("name", AT_ONCE)
def test_at_once(name: str) -> None:
    assert not reads_and_writes_apart(bytes.fromhex(AT_ONCE[name]).ljust(16, b"\x90"))
