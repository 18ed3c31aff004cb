/* MUTANT 3.7f: wakes and leaves the sequence as it is. CAUGHT BY: 3.7/interrupted_anywhere[cond] */
    futex_wake(&cond->sequence, count);
