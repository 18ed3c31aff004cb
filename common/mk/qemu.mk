# The one place that says which machine Pagurus runs on.
#
# make includes this file and the grader parses it, so every line is a plain `NAME = value`.
# The CPU is a fixed model plus named features, not `max`, so that every QEMU release shows the
# same machine. 7.2 (Debian 12) is the floor. Without SATA and SMBus the firmware has less to look
# for: it is done in 60 ms instead of 200.

QEMU         = qemu-system-x86_64
QEMU_MACHINE = q35,sata=off,smbus=off
QEMU_CPU     = qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+movbe,+aes,+xsave,+xsaveopt,+avx,+avx2,+bmi1,+bmi2,+fma,+f16c,+erms,+fsgsbase,+smep,+smap,+pku,+pdpe1gb,+rdtscp,+rdrand,+clflushopt,-svm
QEMU_MEMORY  = 64M
# Larger machines than this take memory from the host only where the guest touches it, so that one
# of 64G runs on a laptop. (Linux refuses to promise so much; with overcommit_memory = 2 always.)
QEMU_PROMISE = 2G
QEMU_LAZY    = reserve=off
# No devices but those named; a triple fault stops the machine instead of starting it over.
QEMU_FLAGS   = -nodefaults -no-user-config -display none -vga none -device isa-debug-exit,iobase=0xf4,iosize=4
# Time is counted in instructions (one is 2 ns), so that a run is the same on every host.
QEMU_ICOUNT  = shift=1,sleep=off
