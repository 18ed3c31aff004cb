"""Locks: `locks` shows who holds which, who waits for them, and circles of those who wait.

Spinlocks and POSIX' mutexes are found by the types of the image's variables; those in memory that
was allocated, by who waits for them. The structures are those of sync/spinlock.h, sync/futex.c,
pthread.h and threads/thread.h, taken from the symbols.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import gdb

import machine
from machine import Command, CommandError, say

WAITERS = 0x8000_0000  # in a mutex's word: somebody may be waiting (sync/mutex.c)
_KINDS = {"pthread_mutex_t": "mutex", "pthread_cond_t": "condition", "sem_t": "semaphore",
          "pthread_barrier_t": "barrier", "pthread_rwlock_t": "rwlock", "pthread_once_t": "once"}
_VARIABLE = re.compile(r"^\d+:\t.*?\b(\w+)(?:\[\w*\])*;$")


@dataclass
class Lock:
    """Something that can be held, or waited for."""

    kind: str
    name: str  # as an expression for GDB, or an address
    holder: str = ""  # "CPU 1", "thread 2"; "" where nobody has it, or it cannot be had
    place: str = ""  # where it was taken
    waiters: list[str] = field(default_factory=list)

    def line(self) -> str:
        parts = []
        if self.holder:
            parts.append(f"held by {self.holder}" + (f", taken in {self.place}" if self.place else ""))
        elif self.kind in ("spinlock", "mutex"):
            parts.append("free")
        if self.waiters:
            one = len(self.waiters) == 1
            parts.append(f"{' and '.join(self.waiters)} wait{'s' if one else ''}")
        return f"{self.kind:<10} {self.name}: {'; '.join(parts)}"


# -- where the locks are ----------------------------------------------------------------------


def _variables() -> Iterator[gdb.Symbol]:
    """The image's variables that stay where they are."""
    symtabs = {}
    for line in gdb.execute("info variables -q -n", to_string=True).splitlines():
        if line.startswith("File "):
            _, places = gdb.decode_line(f"'{line[5:-1]}':1")
            for place in places or ():
                if place.symtab is not None:
                    symtabs[place.symtab.fullname()] = place.symtab
    for symtab in symtabs.values():
        for block in (symtab.static_block(), symtab.global_block()):
            for symbol in block:
                if symbol.is_variable and symbol.addr_class == gdb.SYMBOL_LOC_STATIC:
                    yield symbol


def _kind(kind: gdb.Type) -> str | None:
    if kind.name in _KINDS and kind.code == gdb.TYPE_CODE_TYPEDEF:
        return _KINDS[kind.name]
    if kind.strip_typedefs().tag == "spinlock":
        return "spinlock"
    return None


def _within(kind: gdb.Type, name: str, offset: int = 0) -> list[tuple[str, str, int, int]]:
    """The locks in a variable of some type: kind, expression, offset and size of each."""
    found = _kind(kind)
    if found:
        return [(found, name, offset, kind.sizeof)]
    plain = kind.strip_typedefs()
    if plain.code == gdb.TYPE_CODE_ARRAY:
        element = plain.target()
        inside = _within(element, "", 0)
        first, last = plain.range()
        return [(what, f"{name}[{i}]{rest}", offset + i * element.sizeof + at, size)
                for i in range(last - first + 1) for what, rest, at, size in inside]
    if plain.code == gdb.TYPE_CODE_STRUCT:
        return [lock for part in plain.fields()
                if hasattr(part, "bitpos") and part.name and not part.bitsize
                for lock in _within(part.type, f"{name}.{part.name}", offset + part.bitpos // 8)]
    return []


_static: dict[tuple[str, ...], list[tuple[str, str, int, int]]] = {}  # by the files loaded


def _static_locks() -> list[tuple[str, str, int, int]]:
    """Those in variables: kind, expression, address and size. An image is searched once."""
    files = tuple(objfile.filename or "" for objfile in gdb.objfiles())
    if files not in _static:
        _static[files] = [
            (kind, name, int(symbol.value().address) + offset, size)
            for symbol in _variables()
            for kind, name, offset, size in _within(symbol.type, symbol.name)]
    return _static[files]


def _value(name: str) -> gdb.Value:
    symbol = gdb.lookup_global_symbol(name) or gdb.lookup_static_symbol(name)
    if symbol is None:
        raise CommandError(f"no symbol {name}; this image has no locks, or its symbols are not "
                           "loaded")
    value = symbol.value()
    if machine.read_linear(int(value.address), value.type.sizeof) is None:
        raise CommandError("the image is not mapped yet; `hbreak main`, `continue`")
    return value


def _spinlocks() -> Iterator[tuple[str, int]]:
    """Expression and address of each spinlock that can be found."""
    for kind, name, address, _ in _static_locks():
        if kind == "spinlock":
            yield name, address
    cpus, count = _value("cpus"), int(_value("cpu_count"))
    for i in range(count):
        if not int(cpus[i]):
            return
        for kind, name, offset, _ in _within(cpus[i].dereference().type, f"cpus[{i}]->"):
            if kind == "spinlock":
                yield name.replace("->.", "->"), int(cpus[i]) + offset


def _word(address: int, size: int) -> int:
    data = machine.read_linear(address, size)
    if data is None:
        raise CommandError(f"nothing is mapped at {address:#x}")
    return int.from_bytes(data, "little")


# -- who has them, and who waits --------------------------------------------------------------


def _numbers(kind: str, numbers: list[int]) -> list[str]:
    return [f"{kind} {number}" for number in numbers]


def _taken_at() -> dict[tuple[int, int], str]:
    """With LOCKS=debug: where the lock at an address was taken, by which CPU."""
    symbol = gdb.lookup_static_symbol("held_lists")
    found = {}
    for number in range(int(_value("cpu_count")) or 1) if symbol else ():
        held = symbol.value()[number]
        for i in range(int(held["count"])):
            lock = held["held"][i]
            address = int(lock["trace"]["address"][0])
            block = gdb.block_for_pc(address - 1)
            while block and not block.function:
                block = block.superblock
            found[int(lock["lock"]), number] = str(block.function) if block else f"{address:#x}"
    return found


def _spin_states() -> list[Lock]:
    """The spinlocks that are held, or that somebody waits for."""
    waits = _value("spin_waits")
    count = max(1, int(_value("cpu_count")))
    waiters: dict[int, list[int]] = {}
    for number in range(count):
        if address := int(waits[number]):
            waiters.setdefault(address, []).append(number)
    taken, kind = _taken_at(), gdb.lookup_type("struct spinlock")
    names = {address: name for name, address in _spinlocks()}
    found = []
    for address in [*names, *(set(waiters) - set(names))]:
        data = machine.read_linear(address, kind.sizeof)
        if data is None:
            continue
        lock = gdb.Value(data, kind)
        holder = int(lock["holder"]) - 1
        if holder < 0 and address not in waiters:
            continue
        name = names.get(address, f"{address:#x}")
        if int(lock["name"]):
            name += f' "{lock["name"].string()}"'
        found.append(Lock("spinlock", name, f"CPU {holder}" if holder >= 0 else "",
                          taken.get((address, holder), ""),
                          _numbers("CPU", waiters.get(address, []))))
    return found


def _futex_waiters() -> dict[int, list[int]]:
    """Who waits for each word, in the order in which they are woken."""
    symbol = gdb.lookup_static_symbol("buckets")
    found: dict[int, list[int]] = {}
    if symbol is None or symbol.value().is_optimized_out:  # as long as 3.7 is not done
        return found
    buckets = symbol.value()
    first, last = buckets.type.range()
    for i in range(first, last + 1):
        waiter, seen = buckets[i]["first"], 0
        while int(waiter) and seen < 100_000:
            found.setdefault(int(waiter["word"]), []).append(int(waiter["thread"]["number"]))
            waiter, seen = waiter["next"], seen + 1
    return found


def _blocking_states() -> list[Lock]:
    """Mutexes that are held, and all for which a thread waits."""
    waiters = _futex_waiters()
    found = []
    for kind, name, address, size in _static_locks():
        if kind == "spinlock":
            continue
        inside = [word for word in waiters if address <= word < address + size]
        threads = [number for word in inside for number in waiters.pop(word)]
        word = _word(address, 4) & ~WAITERS if kind == "mutex" else 0
        if word or threads:
            found.append(Lock(kind, name, f"thread {word - 1}" if word else "",
                              waiters=_numbers("thread", threads)))
    for word, threads in waiters.items():
        name = f"{machine.symbolise(word)}, now {_word(word, 4):#x}"
        found.append(Lock("futex", name, waiters=_numbers("thread", threads)))
    return found


def _circles(locks: list[Lock]) -> list[str]:
    """Who waits for somebody who waits … for the first: each circle once."""
    waits = {who: lock for lock in locks if lock.holder for who in lock.waiters}
    found, done = [], set()
    for start in waits:
        way: list[str] = []
        who = start
        while who in waits and who not in done and who not in way:
            way.append(who)
            who = waits[who].holder
        if who in way:
            circle = way[way.index(who):]
            found.append(", ".join(f"{one} waits for {waits[one].name}, held by "
                                   f"{waits[one].holder}" for one in circle))
        done.update(way)
    return found


class Locks(Command):
    """Show the locks that are held, and those that somebody waits for.

    locks           one line each: a spinlock and its CPUs, a mutex and its threads, in the order in
                    which they get it; with LOCKS=debug also where a spinlock was taken. Conditions,
                    semaphores and the like are shown while a thread waits for them.

    Mutexes in allocated memory are shown as the futex that they are, while somebody waits for
    them, with what the word is now. Who waits in a circle, waits for ever: such circles are marked with `!!`.
    """

    name = "locks"

    def run(self, argument: str) -> None:
        if argument:
            raise CommandError("it takes no argument")
        locks = _spin_states() + _blocking_states()
        for lock in locks:
            say(lock.line())
        if not locks:
            say("no lock is held, and nobody is queued for one; `threads` shows who waits")
        for circle in _circles(locks):
            say(f"!! for ever: {circle}")


Locks()
