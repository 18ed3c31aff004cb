/*
 * Memory by the page, under the POSIX names (mm/mman.c, from lab 02 on). Linux's numbers.
 *
 * What differs from Linux: only anonymous memory so far; memory that is both writable and
 * executable is refused (ENOTSUP, as POSIX allows); PROT_WRITE and PROT_EXEC include reading, as
 * the processor has it; MAP_SHARED is as good as MAP_PRIVATE, since there is one address space.
 */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H

#include <stddef.h>
#include <sys/types.h>

#define PROT_NONE  0x0
#define PROT_READ  0x1
#define PROT_WRITE 0x2
#define PROT_EXEC  0x4

#define MAP_SHARED          0x000001
#define MAP_PRIVATE         0x000002
#define MAP_FIXED           0x000010 /* at the address given; what is there is unmapped */
#define MAP_ANONYMOUS       0x000020
#define MAP_ANON            MAP_ANONYMOUS
#define MAP_NORESERVE       0x004000 /* may be more than there is; pages come one by one */
#define MAP_POPULATE        0x008000 /* commit all pages now, as far as there is memory */
#define MAP_STACK           0x020000 /* a stack: pages come one by one */
#define MAP_FIXED_NOREPLACE 0x100000 /* at the address given, which has to be free */

#define MAP_FAILED ((void *)-1)

/*
 * Maps `length` bytes, rounded up to whole pages, that read as zeros. `address` is a hint without
 * MAP_FIXED or MAP_FIXED_NOREPLACE. A page takes memory when it is touched first; in mappings of
 * 16 MiB and more, without MAP_NORESERVE and MAP_STACK, pages come in aligned blocks of 2 MiB where
 * that is possible.
 *
 * Returns the address, or MAP_FAILED with errno:
 *   EINVAL   length is 0; a fixed address is no multiple of the page size; not exactly one of
 *            MAP_PRIVATE and MAP_SHARED; unknown bits in `protection`
 *   ENOTSUP  PROT_WRITE together with PROT_EXEC
 *   ENOMEM   no room in the address space; memory for the mapping's bookkeeping is short; or the
 *            mapping is writable, without MAP_NORESERVE, and larger than all free memory
 *   EEXIST   MAP_FIXED_NOREPLACE, and something is mapped there
 *   EBADF    not anonymous: there are no files yet
 */
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);

/*
 * Unmaps all that is mapped in a range; nothing mapped there is no error.
 * Returns 0, or -1 with errno: EINVAL (`address` is no multiple of the page size, `length` is 0,
 * the range is no application's), ENOMEM (cutting a mapping takes memory, and there is none).
 */
int munmap(void *address, size_t length);

/*
 * Gives all pages of a range another protection; their contents stay.
 * Returns 0, or -1 with errno: EINVAL (`address` is no multiple of the page size, unknown bits),
 * ENOTSUP (PROT_WRITE together with PROT_EXEC), ENOMEM (not all of the range is mapped; or cutting
 * a mapping takes memory, and there is none). After an error nothing has changed.
 */
int mprotect(void *address, size_t length, int protection);

#endif
