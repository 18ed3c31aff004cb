/* MUTANT 3.1c: sums up the header only. CAUGHT BY: 3.1/broken_tables_are_not_believed,
 * 3.1/the_table_is_found_by_its_name */
    const struct header *table = (const struct header *)device_map(address, sizeof *table, 0);
    if (!table || table->length < sizeof *table || table->length > TABLE_MAX)
        return NULL;
    table = (const struct header *)device_map(address, table->length, 0);
    return table && sum_is_zero(table, sizeof *table) ? table : NULL;
