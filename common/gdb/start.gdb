# How GDB is set up for Pagurus, from the loader's first instruction to main. To be read before
# `target remote`, by `make gdb` and by editors; then load the symbols: `file loader.elf`, and
# `add-symbol-file APP.elf`, whose link addresses are right as they stand.
#
# What GDB 13 and QEMU 7.2 do, as tried out (grading/tests/test_gdb_commands.py goes the whole way):
#
# The architecture is x86-64 from the start, even while the processor runs 16- or 32-bit code.
# QEMU's stub describes one register layout for all modes and never changes it, so nothing has to
# be switched at the far jump, and stepi, breakpoints and registers work across it. The line below
# keeps GDB from guessing otherwise; with i386, GDB drops the connection at once ("Remote 'g'
# packet reply is too long").
#
# In 32-bit code, therefore:
#   - x/i and disassemble decode as 64-bit code, which differs for some instructions (inc, dec,
#     the far jump, addresses without a base). `monitor x/4i $pc` decodes as the processor does.
#   - rax .. rsp show their low 32 bits, r8 .. r15 show 0. Writing eax .. through $rax works.
#   - bt, finish and up expect 8-byte return addresses: only frame 0 is right. stepi is.
#
# Breakpoints: hbreak and thbreak, which need no memory at the address. The image's addresses are
# not mapped until the loader has been through image_load, which also overwrites what lies at the
# image's future place. Under TCG `break` happens to work too, as QEMU keeps both kinds beside the
# memory; under KVM `break` is an INT3 in memory that the image then replaces, and the machine runs
# past it. KVM has four hardware breakpoints ("requested too many" at the next continue), TCG any
# number.
#
# Loader and image share names (_start, uart_init, kprintf): `hbreak uart_init` sets a breakpoint
# in each. A star takes one address: `hbreak *_start` is that of the file loaded first, here the
# loader's; `hbreak *image_start` is the image's. A star also stops an assembly routine at its
# first instruction, where GDB might look for a prologue to skip.
#
# Before _start, QEMU's firmware runs 11 million instructions of 16- and 32-bit code: continue to
# a breakpoint rather than step. stepi keeps interrupts and timers away from the stepped
# instruction (QEMU's default, `maintenance packet qqemu.sstep`).
#
# An answer may take long: QEMU is still starting, it loads a recording's snapshot, or the host is
# busy. After remotetimeout (2 s at first) GDB sends its packet again. The stub then answers both,
# and every later answer is taken for that of another question: the session breaks or hangs. The
# line to QEMU loses nothing, so there is never a reason to ask again.
#
# main has callers that are worth seeing, down to the first instruction: backtraces go past it.

set architecture i386:x86-64
set remotetimeout 600
set backtrace past-main on
set backtrace past-entry on
set disassembly-flavor intel
set pagination off
set confirm off
