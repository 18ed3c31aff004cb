/*
 * Judges threads/pairing_heap.c against an array that says of each node whether it is in, and with
 * which key.
 *
 * Input: three bytes for each step: what to do (below), a node, and a key. Keys are few, so that many
 * are equal.
 *
 * After each step all of the heap is looked at: that no child is smaller than its parent, that the
 * links lead back to where they come from, and that just the nodes of the array are there.
 */
#include "threads/pairing_heap.h"

#include <string.h>

#include "test.h"

#define NODES      64
#define STEP_BYTES 3
#define STEPS_MAX  600

/* A step's first byte, modulo STEPS. */
enum { INSERT, INSERT_LARGE, REMOVE, REMOVE_FIRST, STEPS };

static struct {
    struct pairing_heap heap;
    struct heap_node nodes[NODES];
    bool in[NODES];
    bool seen[NODES];
    unsigned step;
} model;

/* Looks at a list of siblings and all below them; how many there are. */
static unsigned check_list(const struct heap_node *list, const struct heap_node *parent)
{
    const struct heap_node *previous = parent;
    unsigned count = 0;

    for (; list; previous = list, list = list->sibling) {
        ptrdiff_t index = list - model.nodes;
        CHECK(index >= 0 && index < NODES && list == &model.nodes[index] && model.in[index],
              "step %u: a node in the heap that was not put in", model.step);
        CHECK(!model.seen[index], "step %u: node %td is there twice", model.step, index);
        model.seen[index] = true;
        CHECK(list->queued, "step %u: node %td is in and says that it is not", model.step, index);
        CHECK(list->previous == previous, "step %u: node %td does not lead back", model.step,
              index);
        CHECK(!parent || parent->key <= list->key, "step %u: key %lu below %lu", model.step,
              list->key, parent->key);
        count += 1 + check_list(list->child, list);
    }
    return count;
}

static void check_heap(void)
{
    unsigned in = 0;

    memset(model.seen, 0, sizeof model.seen);
    for (unsigned i = 0; i < NODES; i++)
        in += model.in[i];
    CHECK(!model.heap.first || !model.heap.first->sibling, "step %u: the first has a sibling",
          model.step);
    unsigned found = check_list(model.heap.first, NULL);
    CHECK(found == in, "step %u: expected %u nodes, found %u", model.step, in, found);
}

static void insert(unsigned index, uint64_t key)
{
    if (model.in[index])
        return;
    memset(&model.nodes[index], 0xa5, sizeof model.nodes[index]); /* it may come from anywhere */
    model.nodes[index].key = key;
    model.in[index] = true;
    heap_insert(&model.heap, &model.nodes[index]);
    CHECK(model.nodes[index].key == key, "step %u: the key has changed", model.step);
}

static void take_out(unsigned index)
{
    if (!model.in[index])
        return;
    model.in[index] = false;
    heap_remove(&model.heap, &model.nodes[index]);
    CHECK(!model.nodes[index].queued, "step %u: node %u is out and says that it is in", model.step,
          index);
    memset(&model.nodes[index], 0xa5, sizeof model.nodes[index]); /* whoever looks finds nonsense */
}

void pairing_heap_judge(const uint8_t *input, size_t size)
{
    memset(&model, 0, sizeof model);
    for (; size >= STEP_BYTES && model.step < STEPS_MAX; model.step++) {
        unsigned index = input[1] % NODES;
        switch (input[0] % STEPS) {
        case INSERT:
            insert(index, input[2] % 32);
            break;
        case INSERT_LARGE:
            insert(index, UINT64_MAX - input[2]);
            break;
        case REMOVE:
            take_out(index);
            break;
        default:
            if (model.heap.first)
                take_out((unsigned)(model.heap.first - model.nodes));
            break;
        }
        check_heap();
        input += STEP_BYTES;
        size -= STEP_BYTES;
    }
}
