/* From a file in memory to a running image: place, copy and map. */
#include "loader/image.h"

#include <errno.h>
#include <string.h>

#include "exercise.h"
#include "loader/elf_image.h"
#include "loader/regions.h"
#include "physical.h"
#include "x86.h"

/* The index into the table of a level: 4 is the PML4, 1 the table whose entries map 4 KiB pages. */
static unsigned table_index(vaddr_t address, int level)
{
    return (address >> (12 + 9 * (level - 1))) & 511;
}

/*
 * Maps the page at virtual `address` to the one at physical `target`, present and writable, in the
 * tables at `pml4`; both addresses are page-aligned, and nothing is mapped at `address`. Walks down
 * from level 4 to level 1 (SDM vol. 3A §4.5, figure 4-8). A table that is missing on the way is
 * taken with region_take (BOOT_LOADER), cleared, and entered present and writable.
 *
 * Returns 0, or -ENOMEM where no memory is left for a table.
 */
static int page_map(struct boot_info *info, paddr_t pml4, vaddr_t address, paddr_t target)
{
    /* EXERCISE 1.5d (20 points): map one page. */
    uint64_t *table = physical(pml4, PAGE_SIZE);

    for (int level = 4; level > 1; level--) {
        uint64_t *entry = &table[table_index(address, level)];
        if (!(*entry & PTE_P)) {
            paddr_t next = region_take(info, PAGE_SIZE, BOOT_LOADER);
            if (!next)
                return -ENOMEM;
            memset(physical(next, PAGE_SIZE), 0, PAGE_SIZE);
            *entry = next | PTE_P | PTE_W;
        }
        table = physical(*entry & PTE_ADDR, PAGE_SIZE);
    }
    table[table_index(address, 1)] = target | PTE_P | PTE_W;
    return 0;
    /* END EXERCISE 1.5d */
}

int image_load(struct boot_info *info, const struct boot_module *file, struct image *image,
               const char **field)
{
    struct elf_image elf;
    const void *bytes = physical(file->base, file->size);
    int error = elf_check(bytes, file->size, &elf, field);
    if (error)
        return error;

    *field = "p_memsz";
    paddr_t base = region_take(info, elf.size, BOOT_IMAGE);
    if (!base)
        return -ENOMEM;
    elf_copy(bytes, &elf, physical(base, elf.size));

    paddr_t pml4 = read_cr3() & PTE_ADDR;
    for (uint64_t offset = 0; offset < elf.size && !error; offset += PAGE_SIZE)
        error = page_map(info, pml4, elf.base + offset, base + offset);
    if (error)
        return error;

    info->image_base = base;
    info->image_size = elf.size;
    info->image_vaddr = elf.base;
    *image = (struct image){.entry = elf.entry, .pml4 = pml4};
    return 0;
}
