    /* An in-order walk along the parents, without recursion: skips what has no room. */
    const struct region_node *at = node, *from = NULL;
    vaddr_t free_from = low; /* all below is reserved, or too small */

    while (at) {
        const struct region_node *up = at == node ? NULL : at->parent;
        bool room = at->gap >= size || (at->low > free_from && at->low - free_from >= size);
        if (from == up && !room) { /* arrived from above, and there is nothing in here */
            if (at->high > free_from)
                free_from = at->high;
            from = at;
            at = up;
            continue;
        }
        if (from == up && at->child[0]) {
            from = at;
            at = at->child[0];
            continue;
        }
        if (from != at->child[1] || !from) { /* its lower half is done */
            if (at->start > free_from && at->start - free_from >= size)
                break;
            if (at->end > free_from)
                free_from = at->end;
            if (at->child[1]) {
                from = at;
                at = at->child[1];
                continue;
            }
        }
        from = at;
        at = up;
    }
    return free_from < high && high - free_from >= size ? free_from : 0;
