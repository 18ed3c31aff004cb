/* MUTANT 3.1c: takes a table without its checksum. CAUGHT BY:
 * 3.1/broken_tables_are_not_believed, 3.1/a_bit_flips_in_the_firmware_s_table */
    const struct header *table = (const struct header *)device_map(address, sizeof *table, 0);
    if (!table || table->length < sizeof *table || table->length > TABLE_MAX)
        return NULL;
    table = (const struct header *)device_map(address, table->length, 0);
    return table;
