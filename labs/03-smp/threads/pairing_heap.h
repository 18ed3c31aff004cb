/*
 * A pairing heap: the smallest key first. Nodes stand inside of what they order; nothing is
 * allocated. Insertion takes constant time, removal O(log n) on average over many.
 *
 * Locking: the owner's.
 *
 * Source: Fredman, Sedgewick, Sleator and Tarjan, "The pairing heap", Algorithmica 1 (1986).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct heap_node {
    uint64_t key;
    struct heap_node *child;    /* the first of those that are not smaller */
    struct heap_node *sibling;  /* the next child of the same parent */
    struct heap_node *previous; /* the sibling before, or of a first child the parent */
    bool queued;
};

struct pairing_heap {
    struct heap_node *first; /* the smallest, or NULL */
};

void heap_insert(struct pairing_heap *heap, struct heap_node *node);

/* Takes a node out; it stands in this heap. */
void heap_remove(struct pairing_heap *heap, struct heap_node *node);
