    /* A page that is in the list already need not be there twice. */
    for (unsigned i = 0; i < count && i < SHOOTDOWN_PAGES; i++)
        if (pages[i] == address)
            return;
    if (count > SHOOTDOWN_PAGES)
        return;
    if (count < SHOOTDOWN_PAGES)
        pages[count] = address;
    count++;
