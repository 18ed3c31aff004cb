/* MUTANT 3.7g: is not counted: a post wakes nobody. CAUGHT BY: 3.7/interrupted_anywhere[sem],
 * 3.7/storm */
    while (!take(sem, 0))
        if (futex_wait(value_word(sem), 0, deadline) == -ETIMEDOUT) {
            return ETIMEDOUT;
        }
    return 0;
