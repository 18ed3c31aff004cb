    __atomic_fetch_add(&lock->serving, 1, __ATOMIC_SEQ_CST);
