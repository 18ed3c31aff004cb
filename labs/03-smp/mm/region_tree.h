/*
 * A balanced tree of address ranges that do not overlap, with the holes between them.
 *
 * Every node also knows of all nodes below it together: where the first starts, where the last
 * ends, and the largest hole between two neighbours. So a hole of a given size is found from the
 * root without looking at every range. Nodes lie in the owner's own structures: nothing here takes
 * memory, and nothing can fail.
 *
 * Locking: the owner's. Time: O(log n) for everything; next and previous O(1) on average.
 *
 * Source: Adelson-Velsky and Landis' trees: Knuth, The Art of Computer Programming, vol. 3, §6.2.3.
 */
#pragma once

#include <stdint.h>

#include "types.h"

struct region_node {
    vaddr_t start; /* not empty: start < end */
    vaddr_t end;   /* one past the last byte */

    struct region_node *child[2]; /* [0]: all ranges there are lower, [1]: higher; or NULL */
    struct region_node *parent;   /* NULL at the root */

    /* Of this node and all below it: */
    vaddr_t low;     /* where the first range starts */
    vaddr_t high;    /* where the last one ends */
    uint64_t gap;    /* the largest hole between two neighbours, in bytes */
    unsigned height; /* of the tree of them: 1 without children */
};

struct region_tree {
    struct region_node *root; /* NULL: empty */
    uint64_t count;           /* nodes */
};

/* Enters a node, of which start and end are set. It overlaps none of the others. */
void region_tree_insert(struct region_tree *tree, struct region_node *node);

/* Takes a node out. */
void region_tree_remove(struct region_tree *tree, struct region_node *node);

/* Gives a node of a tree another range, which overlaps no other node's and passes none. */
void region_tree_resize(struct region_node *node, vaddr_t start, vaddr_t end);

/* The lowest node that ends above `address`: it holds the address, or is the next one; or NULL. */
struct region_node *region_tree_from(const struct region_tree *tree, vaddr_t address);

/* The neighbours, or NULL at the ends. */
struct region_node *region_tree_next(const struct region_node *node);
struct region_node *region_tree_previous(const struct region_node *node);
