/* Decimal numbers long enough for the exact value of every double. */
#ifndef PAGURUS_DECIMAL_H
#define PAGURUS_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A digit is named by its place: the digit at place p counts for 10^p, so 0 is the ones.
 *
 * Every double is a whole multiple of 2^-1074 and less than 2^1024, about 1.8 * 10^308. Halving
 * makes one more digit behind the point, so 1074 digits there hold every double, and 1075 every
 * point half way between two. Nine digits make a limb, so that a limb times 2^29 fits in 64 bits.
 */
enum {
    DECIMAL_LIMB_DIGITS = 9,
    DECIMAL_WHOLE_LIMBS = 35,     /* before the point */
    DECIMAL_FRACTION_LIMBS = 120, /* behind it */
    DECIMAL_LIMBS = DECIMAL_WHOLE_LIMBS + DECIMAL_FRACTION_LIMBS,
    DECIMAL_HIGHEST = DECIMAL_WHOLE_LIMBS * DECIMAL_LIMB_DIGITS - 1, /* the first place, 314 */
    DECIMAL_LOWEST = -DECIMAL_FRACTION_LIMBS * DECIMAL_LIMB_DIGITS,  /* the last one, -1080 */
};

struct decimal {
    int first, end; /* limbs outside [first, end) are 0, and those at its ends are not */
    bool more;      /* something below the lowest place was cut off: the value is a bit more */
    uint32_t limb[DECIMAL_LIMBS]; /* each below 10^9, the most significant first */
};

/* Makes it `whole`, which must be below 10^18. */
void decimal_set(struct decimal *number, uint64_t whole);

/* Adds `digit` (0 to 9) at a place where it has a 0. The place must be one that exists. */
void decimal_add(struct decimal *number, int place, unsigned digit);

/* Multiplies by 2^power, of either sign. The result must be below 10^315. */
void decimal_scale(struct decimal *number, int power);

/* Rounds to a multiple of 10^place, half to even. The result must be below 10^315. */
void decimal_round(struct decimal *number, int place);

/* The digit at the place, 0 outside of the places that exist. */
unsigned decimal_digit(const struct decimal *number, int place);

/* The places of the first and the last digit that is not 0; 0 for the number 0. */
int decimal_top(const struct decimal *number);
int decimal_bottom(const struct decimal *number);

#endif
