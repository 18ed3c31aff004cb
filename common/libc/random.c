/* Numbers that look like chance: a counter whose bits are stirred. */
#include <stdint.h>
#include <stdlib.h>

static unsigned global_seed = 1;

/*
 * The seed walks through all 2^32 values in odd steps. Each multiplication carries a bit's
 * influence upwards, each shift brings it back down, so that every bit depends on every other.
 */
int rand_r(unsigned *seed)
{
    uint32_t bits = *seed += 0x9e3779b9;
    bits = (bits ^ bits >> 16) * 0x7feb352d;
    bits = (bits ^ bits >> 15) * 0x846ca68b;
    bits ^= bits >> 16;
    return (int)(bits >> 1);
}

void srand(unsigned seed)
{
    global_seed = seed;
}

int rand(void)
{
    return rand_r(&global_seed);
}
