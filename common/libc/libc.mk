# The C library's sources, relative to the root of the tree. Plain lists, no rules.
#
# LIBC_SOURCES      all of it
# LIBC_SSE_SOURCES  those which take or return a double and therefore need SSE registers;
#                   every other source is compiled with -mgeneral-regs-only
# LIBC_INCLUDE      the folders that its users and its sources search, after -nostdinc and
#                   -isystem $(shell $(CC) -print-file-name=include)

LIBC_INCLUDE := common/libc/include common/include

LIBC_SSE_SOURCES := \
    common/libc/format_float.c \
    common/libc/printf.c \
    common/libc/snprintf.c \
    common/libc/strtod.c

LIBC_SOURCES := $(LIBC_SSE_SOURCES) \
    common/libc/assert.c \
    common/libc/console_hold.c \
    common/libc/ctype.c \
    common/libc/decimal.c \
    common/libc/errno.c \
    common/libc/exit.c \
    common/libc/format.c \
    common/libc/integer.c \
    common/libc/kprintf.c \
    common/libc/memory.c \
    common/libc/random.c \
    common/libc/search.c \
    common/libc/sort.c \
    common/libc/stdio.c \
    common/libc/strdup.c \
    common/libc/strerror.c \
    common/libc/string.c \
    common/libc/strtok.c \
    common/libc/strtol.c \
    common/libc/unistd.c
