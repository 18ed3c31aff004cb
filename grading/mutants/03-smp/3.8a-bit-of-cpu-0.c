/* MUTANT 3.8a: looks at the bit of CPU 0, whoever it is. CAUGHT BY:
 * 3.8/pages_are_exchanged_for_all */
    if (!(__atomic_load_n(&asked, __ATOMIC_ACQUIRE) & 1))
        return;
    if (request_count > SHOOTDOWN_PAGES)
        flush_all();
    else
        for (unsigned i = 0; i < request_count; i++)
            invlpg(request_pages[i]);
    __atomic_fetch_and(&asked, ~1ul, __ATOMIC_RELEASE);
