/* mmap, munmap, mprotect: POSIX's names and errors for the application's regions. */
#include <sys/mman.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "mm/regions.h"

#define LARGE_MAPPING (16ul << 20) /* from here on, memory comes 2 MiB at once */

static int failed(int error)
{
    errno = -error;
    return -1;
}

/* A length in whole pages; 0 where there is no such number. */
static uint64_t whole_pages(size_t length)
{
    return (length + PAGE_SIZE - 1) & -(uint64_t)PAGE_SIZE;
}

/* The flags of pages with a protection. Returns 0, -EINVAL or -ENOTSUP. */
static int protection_flags(int protection, page_flags_t *flags)
{
    if (protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC))
        return -EINVAL;
    if ((protection & PROT_WRITE) && (protection & PROT_EXEC))
        return -ENOTSUP;
    *flags = protection & PROT_WRITE  ? PAGE_W
             : protection & PROT_EXEC ? PAGE_X
             : protection & PROT_READ ? 0
                                      : PAGE_NONE;
    return 0;
}

/* The kind of a mapping of `size` bytes with these flags of mmap. */
static uint32_t mapping_kind(uint64_t size, int flags)
{
    uint32_t kind = flags & MAP_NORESERVE ? REGION_SPARSE : 0;

    return size < LARGE_MAPPING || (flags & (MAP_NORESERVE | MAP_STACK)) ? kind
                                                                         : kind | REGION_LARGE;
}

/* Commits all pages of a range, as far as that goes. */
static void populate(vaddr_t address, uint64_t size)
{
    vaddr_t end = address + size;

    while (address < end && !region_commit(&application_space, address, 0)) {
        struct page_mapping mapping;
        if (!page_lookup(application_space.tables, address, &mapping))
            return;
        address = mapping.address + mapping.size;
    }
}

static int map(vaddr_t *address, size_t length, int protection, int flags)
{
    uint64_t size = whole_pages(length);
    bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    int sharing = flags & (MAP_SHARED | MAP_PRIVATE);
    page_flags_t page_flags;

    if (length == 0 || (sharing != MAP_SHARED && sharing != MAP_PRIVATE) ||
        (fixed && *address % PAGE_SIZE != 0))
        return -EINVAL;
    int error = protection_flags(protection, &page_flags);
    if (error)
        return error;
    if (!(flags & MAP_ANONYMOUS))
        return -EBADF;

    const struct region_space *space = &application_space;
    if (size == 0 || size > space->end - space->start)
        return -ENOMEM;
    if (fixed && (*address < space->start || *address > space->end - size))
        return -ENOMEM;

    *address &= -(vaddr_t)PAGE_SIZE;
    enum region_place place = flags & MAP_FIXED_NOREPLACE ? REGION_FREE
                              : flags & MAP_FIXED         ? REGION_REPLACE
                                                          : REGION_ANYWHERE;
    error = region_reserve(&application_space, address, size, page_flags, mapping_kind(size, flags),
                           place);
    if (!error && (flags & MAP_POPULATE))
        populate(*address, size);
    return error;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    vaddr_t place = (vaddr_t)address;
    int error = map(&place, length, protection, flags);

    if (error) {
        errno = -error;
        return MAP_FAILED;
    }
    return (void *)place;
}

int munmap(void *address, size_t length)
{
    int error = region_release(&application_space, (vaddr_t)address, whole_pages(length));

    return error ? failed(error) : 0;
}

/* Where the first region begins that has another protection key than `address`; at most `end`. */
static vaddr_t key_end(vaddr_t address, vaddr_t end)
{
    const struct region *first = region_at(&application_space, address);
    const struct region *region = first;

    while (region && region->node.start < end && !((region->flags ^ first->flags) & PAGE_KEYS))
        region = region_next(&application_space, region);
    return region && region->node.start < end ? region->node.start : end;
}

/* region_protect, but that protection keys stay: POSIX knows none. */
static int protect(vaddr_t address, uint64_t size, page_flags_t flags)
{
    int error;

    do {
        const struct region *region = region_at(&application_space, address);
        uint64_t part = key_end(address, address + size) - address;
        error = region_protect(&application_space, address, part,
                               flags | (region ? region->flags & PAGE_KEYS : 0));
        address += part;
        size -= part;
    } while (!error && size > 0);
    return error;
}

int mprotect(void *address, size_t length, int protection)
{
    vaddr_t place = (vaddr_t)address;
    page_flags_t flags;

    if (place % PAGE_SIZE != 0)
        return failed(-EINVAL);
    int error = protection_flags(protection, &flags);
    if (error)
        return failed(error);
    if (length == 0)
        return 0;
    error = protect(place, whole_pages(length), flags);
    return error ? failed(error == -EINVAL ? -ENOMEM : error) : 0; /* not reserved: not mapped */
}
