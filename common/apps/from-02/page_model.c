/*
 * Page tables against a model: random map, unmap, protect and look-up, and after each a comparison.
 *
 * The model is a sorted list of pieces, each mapped to one stretch of physical memory with one set
 * of flags. No CR3 ever holds these tables, so targets need not be memory. The ranges lie where the
 * halves of the address space begin and end.
 *
 *   page_model [SEED [OPERATIONS]]     runs, and says what went wrong first
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/frames.h"
#include "mm/layout.h"
#include "mm/page_tables.h"

#define MIB2 (2ul << 20)
#define GIB  (1ul << 30)

#define PIECES_MAX 512
#define CROWDED    96 /* from so many pieces on, more is unmapped than mapped */

#define WINDOW_SIZE (4 * GIB)
static const vaddr_t windows[] = {
    0x0000100000000000ul,
    LOWER_HALF_END - WINDOW_SIZE,
    -LOWER_HALF_END,
    -WINDOW_SIZE,
};

struct piece {
    vaddr_t address;
    uint64_t size;
    paddr_t target;
    page_flags_t flags;
};

/* The grader reads these. */
struct page_tables model_tables;
struct piece model_pieces[PIECES_MAX];
uint64_t model_count;
uint64_t model_frames; /* free before the tables were made */
char model_what[256], model_expected[256], model_found[256];

static uint64_t state;

static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1dul >> 11) % below;
}

static page_flags_t draw_flags(void)
{
    page_flags_t flags = PAGE_KEY(draw(4) ? 0 : draw(16));

    flags |= draw(8) ? 0 : PAGE_NONE;
    flags |= draw(2) ? PAGE_W : 0;
    flags |= draw(2) && !(flags & PAGE_NONE) ? PAGE_X : 0;
    flags |= draw(2) ? PAGE_GLOBAL : 0;
    flags |= draw(4) ? 0 : PAGE_USER;
    flags |= draw(4) ? 0 : PAGE_UNCACHED;
    return flags;
}

/* -- the model -------------------------------------------------------------------------------- */

/* The first piece that ends behind `address`: the one that holds it, or the next one. */
static uint64_t piece_at(vaddr_t address)
{
    uint64_t low = 0, high = model_count;

    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (model_pieces[middle].address + (model_pieces[middle].size - 1) < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(uint64_t at, struct piece piece)
{
    memmove(&model_pieces[at + 1], &model_pieces[at], (model_count - at) * sizeof piece);
    model_pieces[at] = piece;
    model_count++;
}

/* Cuts piece number `at` in two, `size` bytes behind its start. */
static void cut(uint64_t at, uint64_t size)
{
    struct piece rest = model_pieces[at];

    rest.address += size;
    rest.target += size;
    rest.size -= size;
    model_pieces[at].size = size;
    insert(at + 1, rest);
}

/* Cuts piece number `at` so that the part inside of a range is a piece; the part's number. */
static uint64_t carve(uint64_t at, vaddr_t address, vaddr_t last)
{
    if (model_pieces[at].address < address) {
        cut(at, address - model_pieces[at].address);
        at++;
    }
    if (model_pieces[at].address + (model_pieces[at].size - 1) > last)
        cut(at, last - model_pieces[at].address + 1);
    return at;
}

static bool overlaps(uint64_t at, vaddr_t last)
{
    return at < model_count && model_pieces[at].address <= last;
}

static void model_protect(vaddr_t address, vaddr_t last, page_flags_t flags)
{
    for (uint64_t at = piece_at(address); overlaps(at, last); at++)
        if (model_pieces[at].flags != flags) {
            at = carve(at, address, last);
            model_pieces[at].flags = flags;
        }
}

/* Returns how many bytes were mapped. */
static uint64_t model_unmap(vaddr_t address, vaddr_t last)
{
    uint64_t first = piece_at(address), end = first, bytes = 0;

    for (; overlaps(end, last); end++) {
        end = carve(end, address, last);
        bytes += model_pieces[end].size;
        if (model_pieces[first].address < address)
            first++;
    }
    memmove(&model_pieces[first], &model_pieces[end], (model_count - end) * sizeof model_pieces[0]);
    model_count -= end - first;
    return bytes;
}

/* -- comparisons: true, or false with the three texts set --------------------------------------- */

static uint64_t operation;
static const char *verb;
static vaddr_t range_start;
static uint64_t range_size;

/* The first difference: what, in which operation. The other two texts are set. */
static bool differ(const char *what)
{
    snprintf(model_what, sizeof model_what, "operation %lu, %s(%#lx, %#lx bytes): %s", operation,
             verb, range_start, range_size, what);
    return false;
}

static bool check_number(const char *what, uint64_t expected, uint64_t found)
{
    if (expected == found)
        return true;
    snprintf(model_expected, sizeof model_expected, "%#lx", expected);
    snprintf(model_found, sizeof model_found, "%#lx", found);
    return differ(what);
}

static bool check_result(int expected, int found)
{
    if (expected == found)
        return true;
    snprintf(model_expected, sizeof model_expected, "%d", expected);
    snprintf(model_found, sizeof model_found, "%d", found);
    return differ("the result");
}

/* A page that the kernel speaks of, as a whole inside of one piece of the model. */
static bool check_page(const char *whose, vaddr_t address, const struct page_mapping *page)
{
    const struct piece *piece = &model_pieces[piece_at(address)];
    char expected[128] = "nothing";

    if (piece < &model_pieces[model_count] && piece->address <= address) {
        uint64_t offset = page->address - piece->address;
        bool right = (page->size == PAGE_SIZE || page->size == MIB2 || page->size == GIB) &&
                     page->address == (address & -page->size) && page->address >= piece->address &&
                     page->size <= piece->size - offset && page->target == piece->target + offset &&
                     page->flags == piece->flags;
        if (right)
            return true;
        snprintf(expected, sizeof expected, "a page of %#lx + %#lx bytes, to %#lx up, flags %#lx",
                 piece->address, piece->size, piece->target, piece->flags);
    }
    snprintf(model_expected, sizeof model_expected, "%s", expected);
    snprintf(model_found, sizeof model_found, "%#lx + %#lx bytes, to %#lx, flags %#lx",
             page->address, page->size, page->target, page->flags);
    return differ(whose);
}

static bool check_lookup(vaddr_t address)
{
    struct page_mapping page;
    uint64_t at = piece_at(address);
    bool wanted = at < model_count && model_pieces[at].address <= address;

    if (page_lookup(&model_tables, address, &page) == wanted)
        return !wanted || check_page("what page_lookup finds afterwards", address, &page);
    char what[64];
    snprintf(what, sizeof what, "is %#lx mapped afterwards?", address);
    return check_number(what, wanted, !wanted);
}

/* -- operations --------------------------------------------------------------------------------- */

/* Sizes of every kind: single pages, across 2 MiB, large pages and a little, huge ones. */
static uint64_t draw_size(void)
{
    uint64_t kind = draw(1000);

    if (kind < 930)
        return PAGE_SIZE * (1 + draw(8));
    if (kind < 965)
        return PAGE_SIZE * (1 + draw(600));
    if (kind < 994)
        return MIB2 * (1 + draw(4)) + PAGE_SIZE * draw(3);
    return GIB * (1 + draw(2)) + (draw(2) ? MIB2 * draw(3) : 0);
}

/* A range in one of the windows. Addresses crowd round multiples of 1 GiB and of 2 MiB. */
static void draw_range(void)
{
    vaddr_t window = windows[draw(sizeof windows / sizeof windows[0])];
    uint64_t offset = draw(4) * GIB + draw(4) * MIB2;

    range_size = draw_size();
    if (range_size < GIB && draw(3))
        offset += PAGE_SIZE * (draw(2) ? draw(16) : draw(512));
    if (draw(8) == 0)
        offset = WINDOW_SIZE - range_size; /* up to the end of a half */
    if (offset > WINDOW_SIZE - range_size)
        offset = WINDOW_SIZE - range_size;
    range_start = window + offset;
}

/* A target for the range: congruent where large pages would be many small ones. */
static paddr_t draw_target(void)
{
    paddr_t base = (1 + draw(1 << 18)) * GIB;

    if (range_size >= GIB || draw(4) == 0)
        return base + range_start % GIB;
    base += draw(256) * MIB2;
    if (range_size > MIB2 || draw(2))
        return base + range_start % MIB2;
    return base + draw(512) * PAGE_SIZE;
}

static bool try_map(void)
{
    paddr_t target = draw_target();
    page_flags_t flags = draw_flags();
    uint64_t at = piece_at(range_start);
    bool taken = overlaps(at, range_start + range_size - 1);

    verb = "page_map";
    if (!check_result(taken ? -EEXIST : 0,
                      page_map(&model_tables, range_start, target, range_size, flags)))
        return false;
    if (!taken)
        insert(at, (struct piece){range_start, range_size, target, flags});
    return true;
}

static bool try_protect(void)
{
    page_flags_t flags = draw_flags();

    verb = "page_protect";
    if (!check_result(0, page_protect(&model_tables, range_start, range_size, flags)))
        return false;
    model_protect(range_start, range_start + range_size - 1, flags);
    return true;
}

static bool try_unmap(bool listed)
{
    static struct page_list list;
    vaddr_t at = range_start, end = range_start + range_size;
    uint64_t bytes = 0;

    verb = "page_unmap";
    while (at != end) {
        vaddr_t from = at;
        list.count = 1000; /* what it held before does not count */
        if (!check_result(0, page_unmap(&model_tables, &at, end, listed ? &list : NULL)))
            return false;
        if (at - range_start > range_size || (at != end && at <= from) || (!listed && at != end))
            return check_number("where to go on", end, at);
        for (unsigned i = 0; listed && i < list.count; i++) {
            if (i == PAGE_LIST_MAX)
                return check_number("pages listed", PAGE_LIST_MAX, list.count);
            if (!check_page("a page that was listed", list.pages[i].address, &list.pages[i]))
                return false;
            bytes += list.pages[i].size;
        }
    }
    uint64_t mapped = model_unmap(range_start, end - 1);
    return !listed || check_number("bytes listed", mapped, bytes);
}

/* What contracts forbid is refused, and changes nothing: the comparisons afterwards see to that. */
static bool try_nonsense(void)
{
    vaddr_t at = range_start;

    switch (draw(8)) {
    case 0:
        verb = "page_map to a target inside of a page";
        return check_result(-EINVAL, page_map(&model_tables, range_start, 0x800, range_size, 0));
    case 1:
        verb = "page_map with other bits than flags";
        return check_result(-EINVAL, page_map(&model_tables, range_start, 0, range_size, PTE_PS));
    case 2:
        verb = "page_protect, one byte farther than";
        return check_result(-EINVAL, page_protect(&model_tables, range_start, range_size + 1, 0));
    case 3:
        verb = "page_unmap of nothing, instead of";
        return check_result(-EINVAL, page_unmap(&model_tables, &at, at, NULL));
    case 4:
        range_start = LOWER_HALF_END - PAGE_SIZE;
        range_size = PAGE_SIZE;
        verb = "page_map, one page farther than";
        return check_result(-EINVAL, page_map(&model_tables, range_start, 0, 2 * PAGE_SIZE, 0));
    case 5:
        verb = "page_map without any access, but executable";
        return check_result(
            -EINVAL, page_map(&model_tables, range_start, 0, range_size, PAGE_NONE | PAGE_X));
    case 6:
        verb = "page_protect without any access, but executable";
        return check_result(
            -EINVAL, page_protect(&model_tables, range_start, range_size, PAGE_NONE | PAGE_X));
    default:
        range_start = windows[0];
        range_size = 2 * PAGE_SIZE;
        verb = "page_map to a target that wraps";
        return check_result(
            -EINVAL, page_map(&model_tables, range_start, -(paddr_t)PAGE_SIZE, range_size, 0));
    }
}

/* Not inlined: GDB can stop at it, `hbreak one_operation if operation == 1302`. */
__attribute__((noinline)) static bool one_operation(void)
{
    uint64_t kind = draw(100);

    draw_range();
    if (model_count > CROWDED && kind < 40) {
        range_size = GIB; /* make room */
        range_start &= -GIB;
        return try_unmap(kind & 1);
    }
    if (kind < 42)
        return try_map();
    if (kind < 68)
        return try_protect();
    if (kind < 98)
        return try_unmap(kind & 1);
    return try_nonsense();
}

/* Looks just outside and inside of the range's ends, and anywhere. */
static bool check_around(void)
{
    vaddr_t last = range_start + range_size - 1;
    vaddr_t anywhere = windows[draw(4)] + draw(WINDOW_SIZE);

    return check_number("free frames and frames of tables together", model_frames,
                        frames_free + model_tables.frames) &&
           check_lookup(range_start) && check_lookup(last) && check_lookup(anywhere) &&
           (range_start == -LOWER_HALF_END || check_lookup(range_start - 1)) &&
           (last == LOWER_HALF_END - 1 || last == ~0ul || check_lookup(last + 1));
}

/* Makes the tables. */
long model_begin(uint64_t seed)
{
    state = seed | 1;
    model_count = 0;
    operation = 0;
    model_frames = frames_free;
    return page_tables_create(&model_tables);
}

/* Goes on for so many operations; 0, or 1 when something differs: what, is in the three texts. */
long model_run(uint64_t operations)
{
    for (uint64_t end = operation + operations; operation < end; operation++)
        if (!one_operation() || !check_around())
            return 1;
    return 0;
}

/* Unmaps a half of the address space at once, then the other: only the PML4 may be left. */
long model_end(void)
{
    for (int half = 0; half < 2; half++) {
        range_start = half ? -LOWER_HALF_END : 0;
        range_size = LOWER_HALF_END;
        if (!try_unmap(half))
            return 1;
    }
    return !check_number("tables left, the PML4 among them", 1, model_tables.frames) ||
           !check_number("frames that are free", model_frames - 1, frames_free);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    uint64_t operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 100000;

    if (model_begin(seed) || model_run(operations) || model_end()) {
        printf("%s\n  expected %s\n  found    %s\n", model_what, model_expected, model_found);
        return 1;
    }
    printf("%lu operations, as the model says\n", operation);
    return 0;
}
