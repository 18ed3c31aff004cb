/* mm/region_tree.c: known trees, ascending and descending order, any steps. */
#include "mm/region_tree.h"

#include <stdlib.h>

#include "test.h"

#define NODES 5000

static struct region_tree tree;
static struct region_node nodes[NODES];

static void insert(unsigned index, vaddr_t start, vaddr_t end)
{
    nodes[index] = (struct region_node){.start = start, .end = end};
    region_tree_insert(&tree, &nodes[index]);
}

static void known_cases(void)
{
    CHECK(region_tree_from(&tree, 0) == NULL, "an empty tree has a node");
    insert(0, 0x3000, 0x5000);
    insert(1, 0x9000, 0xa000);
    insert(2, 0x1000, 0x2000);
    CHECK(tree.root == &nodes[0] && tree.root->gap == 0x4000,
          "expected a hole of 0x4000, found %#lx", tree.root->gap);
    CHECK(region_tree_from(&tree, 0) == &nodes[2], "the lowest node");
    CHECK(region_tree_from(&tree, 0x1fff) == &nodes[2], "a node's last byte");
    CHECK(region_tree_from(&tree, 0x2000) == &nodes[0], "the byte behind a node");
    CHECK(region_tree_from(&tree, 0xa000) == NULL, "behind the last node");
    CHECK(region_tree_previous(&nodes[2]) == NULL && region_tree_next(&nodes[1]) == NULL,
          "nodes at the ends have a neighbour there");
    region_tree_resize(&nodes[2], 0x1000, 0x3000);
    region_tree_resize(&nodes[1], 0x8000, UINT64_MAX);
    CHECK(tree.root->gap == 0x3000 && tree.root->low == 0x1000 && tree.root->high == UINT64_MAX,
          "expected 0x1000 to 2^64 - 1 with a hole of 0x3000, found %#lx to %#lx with %#lx",
          tree.root->low, tree.root->high, tree.root->gap);
    region_tree_remove(&tree, &nodes[0]);
    CHECK(tree.count == 2 && tree.root->gap == 0x5000, "expected a hole of 0x5000, found %#lx",
          tree.root->gap);
    region_tree_remove(&tree, &nodes[1]);
    region_tree_remove(&tree, &nodes[2]);
    CHECK(tree.count == 0 && tree.root == NULL, "expected an empty tree, found %lu nodes",
          tree.count);
}

/* A tree of n nodes is no higher than 1.44 * log2(n): 18 for 5000 nodes. */
static void stays_low(void)
{
    static const int orders[] = {1, -1, 2999};
    for (unsigned order = 0; order < sizeof orders / sizeof orders[0]; order++) {
        for (int i = 0; i < NODES; i++) {
            vaddr_t at = 1 + (vaddr_t)((((int64_t)i * orders[order]) % NODES + NODES) % NODES);
            insert((unsigned)i, at * 0x2000, at * 0x2000 + 0x1000);
        }
        CHECK(tree.root->height <= 18, "expected a height of at most 18, found %u",
              tree.root->height);
        CHECK(tree.root->gap == 0x1000, "expected holes of 0x1000, found %#lx", tree.root->gap);
        for (unsigned i = 0; i < NODES; i++) {
            region_tree_remove(&tree, &nodes[i]);
            CHECK(!tree.root || tree.root->height <= 18,
                  "expected a height of at most 18, found %u", tree.root->height);
        }
    }
}

static void any_steps(void)
{
    uint8_t input[1800];

    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof input; i++)
            input[i] = (uint8_t)random_bits();
        judge(region_tree_judge, input, sizeof input);
    }
}

const struct test region_tree_tests[] = {
    {"region_tree/known_cases", known_cases},
    {"region_tree/stays_low", stays_low},
    {"region_tree/any_steps", any_steps},
    {NULL, NULL},
};
