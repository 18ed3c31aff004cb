/* MUTANT 3.8a: flushes the first page of the request. CAUGHT BY: 3.8/pages_are_exchanged_for_all */
    uint64_t mine = 1ul << cpu_number();

    if (!(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & mine))
        return;
    if (request_count > SHOOTDOWN_PAGES)
        flush_all();
    else
        invlpg(request_pages[0]);
    __atomic_fetch_and(&asked, ~mine, __ATOMIC_RELEASE);
