/* MUTANT 3.1c: maps the page of the header, and reads on. CAUGHT BY:
 * 3.1/the_table_is_found_by_its_name */
    const struct header *table = (const struct header *)device_map(address, sizeof *table, 0);
    if (!table || table->length < sizeof *table || table->length > TABLE_MAX)
        return NULL;
    return table && sum_is_zero(table, table->length) ? table : NULL;
