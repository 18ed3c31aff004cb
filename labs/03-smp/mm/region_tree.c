/* AVL trees: after every change, up to the root, no node's two sides differ by more than one. */
#include "mm/region_tree.h"

#include <stddef.h>

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static unsigned height(const struct region_node *node)
{
    return node ? node->height : 0;
}

/* What a node knows of all nodes below it, from its children. */
static void update(struct region_node *node)
{
    const struct region_node *below = node->child[0], *above = node->child[1];

    node->height = 1 + (unsigned)larger(height(below), height(above));
    node->low = below ? below->low : node->start;
    node->high = above ? above->high : node->end;
    node->gap = 0;
    if (below)
        node->gap = larger(below->gap, node->start - below->high);
    if (above)
        node->gap = larger(node->gap, larger(above->gap, above->low - node->end));
}

/* Makes `child`, which may be NULL, a child of `node`. */
static void attach(struct region_node *node, int side, struct region_node *child)
{
    node->child[side] = child;
    if (child)
        child->parent = node;
}

/* Puts `heir`, which may be NULL, where `node` hangs. */
static void replace(struct region_tree *tree, struct region_node *node, struct region_node *heir)
{
    struct region_node *parent = node->parent;

    if (parent) {
        attach(parent, parent->child[1] == node, heir);
    } else {
        tree->root = heir;
        if (heir)
            heir->parent = NULL;
    }
}

/* Lets a node sink to one side: its child of the other side comes up, and is returned. */
static struct region_node *rotate(struct region_tree *tree, struct region_node *node, int side)
{
    struct region_node *top = node->child[!side];

    attach(node, !side, top->child[side]);
    replace(tree, node, top);
    attach(top, side, node);
    update(node);
    update(top);
    return top;
}

/* Balances and updates all nodes from `node` up to the root. */
static void settle(struct region_tree *tree, struct region_node *node)
{
    for (; node; node = node->parent) {
        unsigned below = height(node->child[0]), above = height(node->child[1]);
        if (below > above + 1 || above > below + 1) {
            int side = above > below;
            struct region_node *child = node->child[side];
            if (height(child->child[!side]) > height(child->child[side]))
                rotate(tree, child, side);
            node = rotate(tree, node, !side);
        } else {
            update(node);
        }
    }
}

void region_tree_insert(struct region_tree *tree, struct region_node *node)
{
    struct region_node *parent = NULL;
    int side = 0;

    for (struct region_node *at = tree->root; at; at = at->child[side]) {
        parent = at;
        side = node->start > at->start;
    }
    node->child[0] = node->child[1] = node->parent = NULL;
    if (parent)
        attach(parent, side, node);
    else
        tree->root = node;
    tree->count++;
    settle(tree, node);
}

void region_tree_remove(struct region_tree *tree, struct region_node *node)
{
    struct region_node *changed; /* the lowest whose children are not the same any more */

    if (node->child[0] && node->child[1]) {
        struct region_node *heir = node->child[1];
        while (heir->child[0])
            heir = heir->child[0];
        changed = heir->parent == node ? heir : heir->parent;
        replace(tree, heir, heir->child[1]);
        attach(heir, 0, node->child[0]);
        attach(heir, 1, node->child[1]);
        replace(tree, node, heir);
    } else {
        changed = node->parent;
        replace(tree, node, node->child[0] ? node->child[0] : node->child[1]);
    }
    tree->count--;
    settle(tree, changed);
}

void region_tree_resize(struct region_node *node, vaddr_t start, vaddr_t end)
{
    node->start = start;
    node->end = end;
    for (; node; node = node->parent)
        update(node);
}

struct region_node *region_tree_from(const struct region_tree *tree, vaddr_t address)
{
    struct region_node *found = NULL;

    for (struct region_node *at = tree->root; at;) {
        if (at->end > address) {
            found = at;
            at = at->child[0];
        } else {
            at = at->child[1];
        }
    }
    return found;
}

/* The neighbour on one side. */
static struct region_node *neighbour(const struct region_node *node, int side)
{
    if (node->child[side]) {
        struct region_node *at = node->child[side];
        while (at->child[!side])
            at = at->child[!side];
        return at;
    }
    while (node->parent && node->parent->child[side] == node)
        node = node->parent;
    return node->parent;
}

struct region_node *region_tree_next(const struct region_node *node)
{
    return neighbour(node, 1);
}

struct region_node *region_tree_previous(const struct region_node *node)
{
    return neighbour(node, 0);
}
