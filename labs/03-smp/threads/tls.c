/* Thread-local storage: the image's template, copied for each thread. */
#include "threads/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "x86.h"

extern char tls_start[], tls_data_end[], tls_end[]; /* image.ld */

#define TLS_ALIGN 64

/* errno is every thread's own: in the control block, behind the pointer to itself. */
struct control_block {
    struct control_block *self; /* offset 0: the ABI's */
    char *memory;               /* what to free */
    int error;
};

static struct control_block *block(void)
{
    return (struct control_block *)read_fs_base();
}

uint64_t tls_create(void)
{
    /* EXERCISE 3.5c (15 points): a thread's own copy. */
    uint64_t size = (tls_end - tls_start + TLS_ALIGN - 1) & -TLS_ALIGN;
    char *memory = aligned_alloc(TLS_ALIGN, size + TLS_ALIGN);
    if (!memory)
        return 0;
    char *copy = memory + size - (tls_end - tls_start);
    memcpy(copy, tls_start, tls_data_end - tls_start);
    memset(copy + (tls_data_end - tls_start), 0, tls_end - tls_data_end);
    struct control_block *control = (struct control_block *)(memory + size);
    *control = (struct control_block){.self = control, .memory = memory};
    return (uint64_t)control;
    /* END EXERCISE 3.5c */
}

void tls_free(uint64_t fs_base)
{
    if (fs_base)
        free(((struct control_block *)fs_base)->memory);
}

int *errno_location(void)
{
    static int early; /* before there are threads */

    struct control_block *own = block();

    return own ? &own->error : &early;
}
