/* Reading an ELF64 image: every field is a claim by a stranger until it has been checked. */
#include "loader/elf_image.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "exercise.h"

#define PAGE_MASK ((uint64_t)PAGE_SIZE - 1)

/* The last page stays empty, so that no end of a segment wraps round to 0. */
#define IMAGE_VADDR_END (UINT64_MAX - PAGE_MASK)

/* Names the field at fault, for `return not_executable(field, "e_type")`. */
static int not_executable(const char **field, const char *name)
{
    *field = name;
    return -ENOEXEC;
}

static int check_header(const struct elf64_ehdr *header, uint64_t size, const char **field)
{
    /* EXERCISE 1.5a (20 points): the file header. */
    if (size < sizeof *header || memcmp(header->e_ident, "\177ELF", 4) != 0)
        return not_executable(field, "e_ident");
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return not_executable(field, "EI_CLASS");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return not_executable(field, "EI_DATA");
    if (header->e_ident[EI_VERSION] != EV_CURRENT)
        return not_executable(field, "EI_VERSION");
    if (header->e_type != ET_EXEC)
        return not_executable(field, "e_type");
    if (header->e_machine != EM_X86_64)
        return not_executable(field, "e_machine");
    if (header->e_version != EV_CURRENT)
        return not_executable(field, "e_version");

    if (header->e_phentsize != sizeof(struct elf64_phdr))
        return not_executable(field, "e_phentsize");
    if (header->e_phnum == 0)
        return not_executable(field, "e_phnum");
    uint64_t bytes = (uint64_t)header->e_phnum * header->e_phentsize;
    if (header->e_phoff > size || bytes > size - header->e_phoff || header->e_phoff % 8 != 0)
        return not_executable(field, "e_phoff");
    return 0;
    /* END EXERCISE 1.5a */
}

/* Checks one segment to load; `previous_end` is where the one before it ended. */
static int check_segment(const struct elf64_phdr *segment, uint64_t size, vaddr_t previous_end,
                         const char **field)
{
    /* EXERCISE 1.5b (20 points): a program header. */
    if (segment->p_filesz > segment->p_memsz)
        return not_executable(field, "p_filesz");
    if (segment->p_offset > size || segment->p_filesz > size - segment->p_offset)
        return not_executable(field, "p_offset");
    if (segment->p_vaddr < IMAGE_VADDR_FIRST || segment->p_vaddr < previous_end)
        return not_executable(field, "p_vaddr");
    if (segment->p_vaddr >= IMAGE_VADDR_END ||
        segment->p_memsz > IMAGE_VADDR_END - segment->p_vaddr)
        return not_executable(field, "p_memsz");
    uint64_t align = segment->p_align;
    if (align != 0 &&
        ((align & (align - 1)) != 0 || ((segment->p_vaddr - segment->p_offset) & (align - 1)) != 0))
        return not_executable(field, "p_align");
    return 0;
    /* END EXERCISE 1.5b */
}

static bool is_loaded(const struct elf64_phdr *segment)
{
    return segment->p_type == PT_LOAD && segment->p_memsz > 0;
}

int elf_check(const void *file, uint64_t size, struct elf_image *image, const char **field)
{
    const struct elf64_ehdr *header = file;
    int error = check_header(header, size, field);
    if (error)
        return error;

    *image = (struct elf_image){
        .segments = (const void *)((const char *)file + header->e_phoff),
        .count = header->e_phnum,
        .entry = header->e_entry,
    };

    vaddr_t end = 0; /* of the last segment so far */
    bool entry_found = false;
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (!is_loaded(segment))
            continue;
        error = check_segment(segment, size, end, field);
        if (error)
            return error;
        if (end == 0)
            image->base = segment->p_vaddr & ~PAGE_MASK;
        end = segment->p_vaddr + segment->p_memsz;
        if (image->entry >= segment->p_vaddr && image->entry < end)
            entry_found = true;
    }

    if (end == 0)
        return not_executable(field, "p_type");
    if (!entry_found)
        return not_executable(field, "e_entry");
    image->size = ((end + PAGE_MASK) & ~PAGE_MASK) - image->base;
    return 0;
}

/* Contract: elf_image.h. The memory holds whatever was there before. */
void elf_copy(const void *file, const struct elf_image *image, void *memory)
{
    /* EXERCISE 1.5c (20 points): copy the segments, clear the rest. */
    memset(memory, 0, image->size);
    for (unsigned i = 0; i < image->count; i++) {
        const struct elf64_phdr *segment = &image->segments[i];
        if (is_loaded(segment))
            memcpy((char *)memory + (segment->p_vaddr - image->base),
                   (const char *)file + segment->p_offset, segment->p_filesz);
    }
    /* END EXERCISE 1.5c */
}
