    const uint64_t bit = (uint64_t)1 << cpu_number();

    if (__atomic_load_n(&asked, __ATOMIC_SEQ_CST) & bit) {
        unsigned left = request_count;
        if (left > SHOOTDOWN_PAGES) {
            flush_all();
            left = 0;
        }
        while (left > 0)
            invlpg(request_pages[--left]);
        __atomic_fetch_sub(&asked, bit, __ATOMIC_SEQ_CST);
    }
