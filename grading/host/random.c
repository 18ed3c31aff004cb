/* Chance that can be repeated. */
#include "test.h"

uint64_t random_state;

/* splitmix64: a counter, stirred. */
uint64_t random_bits(void)
{
    uint64_t bits = random_state += 0x9e3779b97f4a7c15;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

uint64_t random_below(uint64_t limit)
{
    return random_bits() % limit;
}

bool random_chance(unsigned percent)
{
    return random_below(100) < percent;
}

uint64_t random_integer(void)
{
    uint64_t bits = random_bits() >> random_below(64);
    switch (random_below(4)) {
    case 0: /* around a power of two, the limits of all types among them */
        return (UINT64_C(1) << random_below(64)) + random_below(3) - 1;
    case 1:
        return 0 - bits;
    case 2:
        return random_below(20);
    default:
        return bits;
    }
}
