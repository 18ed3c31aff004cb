/* MUTANT 3.8d: remembers one table: those before are lost. CAUGHT BY: 3.8/everything_at_once */
    if (!smp_active) {
        frame_free(frame, order);
        return;
    }
    *frame_note(frame) = 0;
    tables = frame / PAGE_SIZE;
