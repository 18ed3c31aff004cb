/*
 * Judges mm/region_tree.c against an array that says of each page whose it is.
 *
 * Input: three bytes for each step: what to do (below), a page, and a size in pages.
 *
 * After each step the whole tree is looked at: its order, its balance, and what each node knows of
 * those below it, counted anew from the array.
 */
#include "mm/region_tree.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define PAGES      256
#define BASE       0x7ffff0000000ull
#define STEP_BYTES 3
#define STEPS_MAX  600

/* A step's first byte, modulo STEPS. */
enum { INSERT, INSERT_ALSO, REMOVE, RESIZE, LOOK_UP, STEPS };

#define NOBODYS 0

static struct {
    struct region_tree tree;
    struct region_node nodes[PAGES + 1]; /* nodes[n] owns the pages marked n */
    uint16_t owner[PAGES + 1];           /* of a page; the last is nobody's */
    unsigned step;
} model;

static vaddr_t address_of(unsigned page)
{
    return BASE + (vaddr_t)page * PAGE_SIZE;
}

static bool all(unsigned first, unsigned end, unsigned owner)
{
    for (unsigned page = first; page < end; page++)
        if (model.owner[page] != owner)
            return false;
    return true;
}

static void mark(unsigned first, unsigned end, unsigned owner)
{
    for (unsigned page = first; page < end; page++)
        model.owner[page] = (uint16_t)owner;
}

/* The first page from `page` on that is somebody's, or PAGES. */
static unsigned next_owned(unsigned page)
{
    while (page < PAGES && model.owner[page] == NOBODYS)
        page++;
    return page;
}

static unsigned end_of(unsigned page)
{
    unsigned owner = model.owner[page];
    while (page < PAGES && model.owner[page] == owner)
        page++;
    return page;
}

/* Compares what the tree knows below `node` with the array from page `first` on; its end there. */
static unsigned check_below(const struct region_node *node, const struct region_node *parent,
                            unsigned first, unsigned *height)
{
    unsigned below = 0, above = 0;

    CHECK(node->parent == parent, "step %u: a child's parent is another", model.step);
    if (node->child[0])
        first = check_below(node->child[0], node, first, &below);
    unsigned start = next_owned(first);
    CHECK(start < PAGES && node == &model.nodes[model.owner[start]],
          "step %u: expected the region at page %u, found that at %#lx", model.step, start,
          node->start);
    unsigned end = end_of(start);
    CHECK(node->start == address_of(start) && node->end == address_of(end),
          "step %u: expected %#lx to %#lx, found %#lx to %#lx", model.step, address_of(start),
          address_of(end), node->start, node->end);
    if (node->child[1])
        end = check_below(node->child[1], node, end, &above);

    CHECK(below <= above + 1 && above <= below + 1, "step %u: heights %u and %u side by side",
          model.step, below, above);
    *height = 1 + (below > above ? below : above);
    CHECK(node->height == *height, "step %u: expected height %u, found %u", model.step, *height,
          node->height);
    return end;
}

/* What a node says of the holes below it. */
static void check_gap(const struct region_node *node)
{
    const struct region_node *first = node, *last = node;
    while (first->child[0])
        first = first->child[0];
    while (last->child[1])
        last = last->child[1];
    CHECK(node->low == first->start && node->high == last->end,
          "step %u: expected %#lx to %#lx below a node, found %#lx to %#lx", model.step,
          first->start, last->end, node->low, node->high);

    uint64_t gap = 0;
    for (const struct region_node *at = first; at != last;) {
        const struct region_node *next = region_tree_next(at);
        CHECK(next && region_tree_previous(next) == at, "step %u: neighbours that are none",
              model.step);
        if (next->start - at->end > gap)
            gap = next->start - at->end;
        at = next;
    }
    CHECK(node->gap == gap, "step %u: expected a largest hole of %#lx below %#lx, found %#lx",
          model.step, gap, node->start, node->gap);
    for (int side = 0; side < 2; side++)
        if (node->child[side])
            check_gap(node->child[side]);
}

static void check_tree(void)
{
    unsigned count = 0, height = 0, end = 0;

    for (unsigned page = next_owned(0); page < PAGES; page = next_owned(end_of(page)))
        count++;
    CHECK(model.tree.count == count, "step %u: expected %u nodes, found %lu", model.step, count,
          model.tree.count);
    CHECK((model.tree.root == NULL) == (count == 0), "step %u: a root without nodes, or no root",
          model.step);
    if (model.tree.root) {
        end = check_below(model.tree.root, NULL, 0, &height);
        check_gap(model.tree.root);
    }
    CHECK(next_owned(end) == PAGES, "step %u: no node for page %u", model.step, next_owned(end));
}

static void insert(unsigned first, unsigned count)
{
    unsigned node = 1;

    if (first + count > PAGES || !all(first, first + count, NOBODYS))
        return;
    while (model.nodes[node].end != 0)
        node++;
    memset(&model.nodes[node], 0xa5, sizeof model.nodes[node]);
    model.nodes[node].start = address_of(first);
    model.nodes[node].end = address_of(first + count);
    mark(first, first + count, node);
    region_tree_insert(&model.tree, &model.nodes[node]);
}

static void remove_at(unsigned page)
{
    unsigned owner = model.owner[page];
    struct region_node *node = &model.nodes[owner];

    if (owner == NOBODYS)
        return;
    region_tree_remove(&model.tree, node);
    for (unsigned i = 0; i < PAGES; i++)
        if (model.owner[i] == owner)
            model.owner[i] = NOBODYS;
    memset(node, 0xa5, sizeof *node); /* whoever looks at it now finds nonsense */
    node->end = 0;
}

/* A new start below or above the old one, or a new end. */
static void resize(unsigned page, unsigned count)
{
    unsigned owner = model.owner[page];
    unsigned first = page, end = end_of(page);

    if (owner == NOBODYS)
        return;
    while (first > 0 && model.owner[first - 1] == owner)
        first--;
    unsigned new_first = first, new_end = end;
    switch (count % 4) {
    case 0:
        new_first = page;
        break;
    case 1:
        new_end = page + 1;
        break;
    case 2:
        new_first -= count % 16 < first ? count % 16 : first;
        break;
    default:
        new_end += count % 16;
        break;
    }
    if (new_end > PAGES || !all(new_first, first < new_first ? new_first : first, NOBODYS) ||
        !all(end < new_end ? end : new_end, new_end, NOBODYS))
        return;
    mark(first, end, NOBODYS);
    mark(new_first, new_end, owner);
    region_tree_resize(&model.nodes[owner], address_of(new_first), address_of(new_end));
}

static void look_up(unsigned page, unsigned offset)
{
    unsigned owned = next_owned(page);
    const struct region_node *expected = owned < PAGES ? &model.nodes[model.owner[owned]] : NULL;
    const struct region_node *found = region_tree_from(&model.tree, address_of(page) + offset);

    CHECK(found == expected, "step %u: region_tree_from for page %u: expected page %u's",
          model.step, page, owned);
}

void region_tree_judge(const uint8_t *input, size_t size)
{
    memset(&model, 0, sizeof model);
    for (; size >= STEP_BYTES && model.step < STEPS_MAX; model.step++) {
        switch (input[0] % STEPS) {
        case INSERT:
        case INSERT_ALSO:
            insert(input[1], 1 + input[2] % 8);
            break;
        case REMOVE:
            remove_at(input[1]);
            break;
        case RESIZE:
            resize(input[1], input[2]);
            break;
        default:
            look_up(input[1], input[2] * 16 % PAGE_SIZE);
            break;
        }
        check_tree();
        input += STEP_BYTES;
        size -= STEP_BYTES;
    }
}
