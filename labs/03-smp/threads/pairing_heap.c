/* A pairing heap: two trees become one by comparing their roots. */
#include "threads/pairing_heap.h"

#include <stddef.h>

/* One tree of two: the larger root becomes the first child of the smaller; where equal, `other`. */
static struct heap_node *merge(struct heap_node *one, struct heap_node *other)
{
    if (!one || !other)
        return one ? one : other;
    if (other->key < one->key) {
        struct heap_node *swap = one;
        one = other;
        other = swap;
    }
    other->previous = one;
    other->sibling = one->child;
    if (other->sibling)
        other->sibling->previous = other;
    one->child = other;
    one->sibling = one->previous = NULL;
    return one;
}

/* One tree of all in a list of siblings: by pairs from the left, then together from the right. */
static struct heap_node *merge_all(struct heap_node *list)
{
    struct heap_node *pairs = NULL; /* a stack, linked by `sibling` */

    while (list) {
        struct heap_node *one = list, *other = one->sibling;
        list = other ? other->sibling : NULL;
        one->sibling = one->previous = NULL;
        if (other)
            other->sibling = other->previous = NULL;
        one = merge(one, other);
        one->sibling = pairs;
        pairs = one;
    }
    struct heap_node *tree = NULL;
    while (pairs) {
        struct heap_node *next = pairs->sibling;
        pairs->sibling = NULL;
        tree = merge(tree, pairs);
        pairs = next;
    }
    return tree;
}

void heap_insert(struct pairing_heap *heap, struct heap_node *node)
{
    node->child = node->sibling = node->previous = NULL;
    node->queued = true;
    heap->first = merge(heap->first, node);
}

void heap_remove(struct pairing_heap *heap, struct heap_node *node)
{
    struct heap_node *children = merge_all(node->child);

    node->queued = false;
    if (node == heap->first) {
        heap->first = children;
        return;
    }
    if (node->previous->child == node)
        node->previous->child = node->sibling;
    else
        node->previous->sibling = node->sibling;
    if (node->sibling)
        node->sibling->previous = node->previous;
    heap->first = merge(heap->first, children);
}
