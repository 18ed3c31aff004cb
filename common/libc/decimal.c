/* Exact decimal arithmetic: double it, halve it, round it. See decimal.h for the layout. */
#include "decimal.h"

#include <string.h>

static const uint32_t LIMB_BASE = 1000000000;
static const int SHIFT_MOST = 29; /* 2^29 < 10^9: what a shift carries over fits in one limb */

static const uint32_t power_of_ten[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

static int limb_of(int place)
{
    return (DECIMAL_HIGHEST - place) / DECIMAL_LIMB_DIGITS;
}

/* The place's position within its limb, 0 for the limb's last digit. */
static int position_of(int place)
{
    return DECIMAL_LIMB_DIGITS - 1 - (DECIMAL_HIGHEST - place) % DECIMAL_LIMB_DIGITS;
}

static void trim(struct decimal *number)
{
    while (number->first < number->end && number->limb[number->first] == 0)
        number->first++;
    while (number->first < number->end && number->limb[number->end - 1] == 0)
        number->end--;
}

void decimal_set(struct decimal *number, uint64_t whole)
{
    memset(number, 0, sizeof *number);
    number->limb[DECIMAL_WHOLE_LIMBS - 2] = (uint32_t)(whole / LIMB_BASE);
    number->limb[DECIMAL_WHOLE_LIMBS - 1] = (uint32_t)(whole % LIMB_BASE);
    number->first = DECIMAL_WHOLE_LIMBS - 2;
    number->end = DECIMAL_WHOLE_LIMBS;
    trim(number);
}

void decimal_add(struct decimal *number, int place, unsigned digit)
{
    if (digit == 0)
        return;
    int i = limb_of(place);
    number->limb[i] += digit * power_of_ten[position_of(place)];
    if (number->first == number->end)
        number->first = number->end = i;
    if (i < number->first)
        number->first = i;
    if (i >= number->end)
        number->end = i + 1;
}

/* As by hand: from the last limb to the first, the carry goes to the left. */
static void shift_left(struct decimal *number, int bits)
{
    uint64_t carry = 0;
    for (int i = number->end - 1; i >= number->first; i--) {
        uint64_t value = ((uint64_t)number->limb[i] << bits) + carry;
        number->limb[i] = (uint32_t)(value % LIMB_BASE);
        carry = value / LIMB_BASE;
    }
    if (carry != 0)
        number->limb[--number->first] = (uint32_t)carry;
}

/* As by hand: from the first limb to the last and beyond, the remainder goes to the right. */
static void shift_right(struct decimal *number, int bits)
{
    uint64_t remainder = 0;
    int i;
    for (i = number->first; i < DECIMAL_LIMBS && (i < number->end || remainder != 0); i++) {
        uint64_t value = remainder * LIMB_BASE + number->limb[i];
        number->limb[i] = (uint32_t)(value >> bits);
        remainder = value & ((UINT64_C(1) << bits) - 1);
    }
    number->end = i;
    number->more |= remainder != 0;
}

void decimal_scale(struct decimal *number, int power)
{
    while (power != 0 && number->first < number->end) {
        int bits = power < 0 ? -power : power;
        if (bits > SHIFT_MOST)
            bits = SHIFT_MOST;
        if (power < 0)
            shift_right(number, bits);
        else
            shift_left(number, bits);
        power += power < 0 ? bits : -bits;
        trim(number);
    }
}

void decimal_round(struct decimal *number, int place)
{
    if (place <= DECIMAL_LOWEST || limb_of(place - 1) >= number->end)
        return; /* there is nothing behind that place */

    /* What goes: the end of limb i, from the place's right neighbour on, and all limbs behind. */
    int i = limb_of(place - 1);
    uint32_t unit = power_of_ten[position_of(place - 1) + 1]; /* of limb i; 10^place */
    uint32_t dropped = number->limb[i] % unit;
    bool tail = number->more || i + 1 < number->end;
    bool odd = decimal_digit(number, place) % 2 != 0;
    bool up = dropped > unit / 2 || (dropped == unit / 2 && (tail || odd));

    number->limb[i] -= dropped;
    for (int behind = i + 1; behind < number->end; behind++)
        number->limb[behind] = 0;
    number->end = i + 1;
    number->more = false;

    int changed = i;
    if (up) {
        number->limb[i] += unit;
        for (; number->limb[changed] >= LIMB_BASE; changed--) {
            number->limb[changed] -= LIMB_BASE;
            number->limb[changed - 1]++;
        }
    }
    if (changed < number->first)
        number->first = changed;
    if (number->first > number->end)
        number->first = number->end;
    trim(number);
}

unsigned decimal_digit(const struct decimal *number, int place)
{
    if (place > DECIMAL_HIGHEST || place < DECIMAL_LOWEST)
        return 0;
    return number->limb[limb_of(place)] / power_of_ten[position_of(place)] % 10;
}

int decimal_top(const struct decimal *number)
{
    if (number->first == number->end)
        return 0;
    int place = DECIMAL_HIGHEST - number->first * DECIMAL_LIMB_DIGITS;
    while (decimal_digit(number, place) == 0)
        place--;
    return place;
}

int decimal_bottom(const struct decimal *number)
{
    if (number->first == number->end)
        return 0;
    int place = DECIMAL_HIGHEST - number->end * DECIMAL_LIMB_DIGITS + 1;
    while (decimal_digit(number, place) == 0)
        place++;
    return place;
}
