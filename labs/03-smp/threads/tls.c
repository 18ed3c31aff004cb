/* Thread-local storage: the image's template, copied for each thread. */
#include "threads/tls.h"

#include <stdlib.h>
#include <string.h>

#include "exercise.h"

/*
 * The template (image.ld): the values that thread-local data starts with lie from tls_start to
 * tls_data_end, and zeroes follow, which the image does not hold, up to tls_end. tls_start and
 * tls_end are multiples of TLS_ALIGN; no datum needs more.
 */
extern const char tls_start[], tls_data_end[], tls_end[];
#define TLS_ALIGN 64

/* The thread control block. */
struct control_block {
    struct control_block *self; /* `mov rax, fs:0` gets the FS base */
};

/*
 * Contract: tls.h. One block of memory holds the copy and, right behind it, the control block; the
 * copy begins at a multiple of TLS_ALIGN, as the template does.
 */
void *tls_create(uint64_t *fs_base)
{
    /* EXERCISE 3.5f (15 points): data of its own. */
    uint64_t size = tls_end - tls_start, given = tls_data_end - tls_start;
    char *memory = aligned_alloc(TLS_ALIGN, size + TLS_ALIGN);

    if (!memory)
        return NULL;
    memcpy(memory, tls_start, given);
    memset(memory + given, 0, size - given);
    struct control_block *control = (struct control_block *)(memory + size);
    control->self = control;
    *fs_base = (uint64_t)control;
    return memory;
    /* END EXERCISE 3.5f */
}

void tls_free(void *memory)
{
    free(memory);
}
