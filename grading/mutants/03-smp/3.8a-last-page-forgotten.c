/* MUTANT 3.8a: flushes all pages of the request but the last. CAUGHT BY:
 * 3.8/pages_are_exchanged_for_all */
    uint64_t mine = 1ul << cpu_number();

    if (!(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & mine))
        return;
    if (request_count > SHOOTDOWN_PAGES)
        flush_all();
    else
        for (unsigned i = 0; i + 1 < request_count; i++)
            invlpg(request_pages[i]);
    __atomic_fetch_and(&asked, ~mine, __ATOMIC_RELEASE);
