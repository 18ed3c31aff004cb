/* MUTANT 3.2g: lets the product run over. CAUGHT BY: 3.2/the_clock_after_years */
    return value * factor >> 32;
