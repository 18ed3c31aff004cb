/* MUTANT 3.1c: takes a table that is shorter than its header. CAUGHT BY:
 * 3.1/broken_tables_are_not_believed */
    const struct header *table = (const struct header *)device_map(address, sizeof *table, 0);
    if (!table || table->length > TABLE_MAX)
        return NULL;
    table = (const struct header *)device_map(address, table->length, 0);
    return table && sum_is_zero(table, table->length) ? table : NULL;
