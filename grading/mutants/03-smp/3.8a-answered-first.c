/* MUTANT 3.8a: clears its bit, and flushes then. CAUGHT BY: 3.8/the_answer_comes_last */
    uint64_t mine = 1ul << cpu_number();

    if (!(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & mine))
        return;
    __atomic_fetch_and(&asked, ~mine, __ATOMIC_RELEASE);
    if (request_count > SHOOTDOWN_PAGES)
        flush_all();
    else
        for (unsigned i = 0; i < request_count; i++)
            invlpg(request_pages[i]);
