/* MUTANT 3.2g: drops what stands behind the point. CAUGHT BY: 3.2/the_clock_that_we_are_told */
    return value * (factor >> 32);
