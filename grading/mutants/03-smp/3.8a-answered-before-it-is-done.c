/* MUTANT 3.8a: says that it is done, and flushes then. CAUGHT BY:
 * 3.8/pages_are_exchanged_for_all */
    uint64_t mine = 1ul << cpu_number();

    if (!(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & mine))
        return;
    __atomic_fetch_and(&asked, ~mine, __ATOMIC_RELEASE);
    pause();
    pause();
    if (request_count > SHOOTDOWN_PAGES)
        flush_all();
    else
        for (unsigned i = 0; i < request_count; i++)
            invlpg(request_pages[i]);
