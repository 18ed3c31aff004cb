/* threads/pairing_heap.c: known heaps, sorting, what very many operations cost, any steps. */
#include "threads/pairing_heap.h"

#include <stdlib.h>

#include "test.h"

#define NODES 20000

static struct pairing_heap heap;
static struct heap_node nodes[NODES];

static void insert(unsigned index, uint64_t key)
{
    nodes[index].key = key;
    heap_insert(&heap, &nodes[index]);
}

static void known_cases(void)
{
    insert(0, 5);
    CHECK(heap.first == &nodes[0], "one node is the first");
    insert(1, 7);
    insert(2, 3);
    CHECK(heap.first == &nodes[2], "expected key 3 first, found %lu", heap.first->key);
    heap_remove(&heap, &nodes[0]);
    CHECK(heap.first == &nodes[2], "removal of another one changes the first");
    heap_remove(&heap, &nodes[2]);
    CHECK(heap.first == &nodes[1], "expected key 7 first");
    insert(2, UINT64_MAX);
    insert(0, 0);
    CHECK(heap.first == &nodes[0], "expected key 0 first, found %lu", heap.first->key);
    heap_remove(&heap, &nodes[1]);
    heap_remove(&heap, &nodes[0]);
    CHECK(heap.first == &nodes[2], "expected the largest key first");
    heap_remove(&heap, &nodes[2]);
    CHECK(heap.first == NULL, "expected an empty heap");
}

/* Keys in rising, falling and any order come out sorted. No call goes deep into recursion. */
static void sorts(void)
{
    for (unsigned order = 0; order < 3; order++) {
        for (unsigned i = 0; i < NODES; i++)
            insert(i, order == 0 ? i : order == 1 ? NODES - i : random_below(NODES));
        uint64_t last = 0;
        for (unsigned i = 0; i < NODES; i++) {
            uint64_t key = heap.first->key;
            CHECK(key >= last, "expected at least %lu, found %lu", last, key);
            last = key;
            heap_remove(&heap, heap.first);
        }
        CHECK(heap.first == NULL, "expected an empty heap");
    }
}

/* Timers that mostly go before they are due: any node out, another one in. */
static void mostly_removed(void)
{
    for (unsigned i = 0; i < NODES; i++)
        insert(i, random_bits());
    for (unsigned i = 0; i < 10 * NODES; i++) {
        unsigned index = (unsigned)random_below(NODES);
        heap_remove(&heap, &nodes[index]);
        insert(index, random_bits());
    }
    uint64_t last = 0;
    for (unsigned i = 0; i < NODES; i++) {
        CHECK(heap.first->key >= last, "expected at least %lu, found %lu", last, heap.first->key);
        last = heap.first->key;
        heap_remove(&heap, heap.first);
    }
}

static void any_steps(void)
{
    uint8_t input[1800];

    for (int round = 0; round < 500; round++) {
        for (size_t i = 0; i < sizeof input; i++)
            input[i] = (uint8_t)random_bits();
        judge(pairing_heap_judge, input, sizeof input);
    }
}

const struct test pairing_heap_tests[] = {
    {"pairing_heap/known_cases", known_cases},
    {"pairing_heap/sorts", sorts},
    {"pairing_heap/mostly_removed", mostly_removed},
    {"pairing_heap/any_steps", any_steps},
    {NULL, NULL},
};
