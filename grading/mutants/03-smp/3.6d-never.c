/* MUTANT 3.6d: nobody steals. CAUGHT BY: 3.6/idle_processors_steal */
        (void)victim;
        break;
