/*
 * The console takes one text at a time: what one call prints is not mixed with another's.
 *
 * The linker turns calls of console_write to here (LOCKED in stage.mk); the loader, which has the
 * console to itself, calls it directly.
 */
#include <stddef.h>
#include <string.h>

#include "machine.h"
#include "sync/spinlock.h"

static struct spinlock console_lock = SPINLOCK("console");
static unsigned depth;        /* of the holder's calls of console_hold */
static uint64_t holder_flags; /* RFLAGS before the first of them */

void console_hold(void)
{
    uint64_t flags = interrupts_save();

    if (spin_held(&console_lock)) { /* a nested call, or a fault report in the middle of a text */
        depth++;
        return;
    }
    spin_take(&console_lock);
    holder_flags = flags;
    depth = 1;
}

void console_release(void)
{
    if (--depth > 0)
        return;
    uint64_t flags = holder_flags;
    spin_unlock(&console_lock, flags);
}

void __real_console_write(const char *text, size_t length);
void __wrap_console_write(const char *text, size_t length);

/* A long text is held line by line, so that others, and interrupts, need not wait for all of it. */
void __wrap_console_write(const char *text, size_t length)
{
    while (length > 0) {
        const char *newline = memchr(text, '\n', length);
        size_t line = newline ? (size_t)(newline - text) + 1 : length;
        console_hold();
        __real_console_write(text, line);
        console_release();
        text += line;
        length -= line;
    }
}
