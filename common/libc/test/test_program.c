/* Sorting, kinds of characters, chance, and the ends of a program. */
#include "test.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

PG(qsort);
PG(bsearch);
PG(abs);
PG(labs);
PG(llabs);
PG(div);
PG(ldiv);
PG(lldiv);
PG(srand);
PG(rand);
PG(rand_r);
PG(exit);
PG(_exit);
PG(abort);
_Noreturn void pg_assert_failed(const char *condition, const char *file, int line,
                                const char *function);

static size_t item_size;
static unsigned long comparisons;

static int compare_items(const void *left, const void *right)
{
    comparisons++;
    return memcmp(left, right, item_size);
}

static void sort(void)
{
    for (int i = 0; i < 2000; i++) {
        size_t count = random_below(random_chance(5) ? 1000 : 20);
        item_size = 1 + random_below(20);
        char *found = exact_block(count * item_size), *expected = exact_block(count * item_size);
        for (size_t at = 0; at < count * item_size; at++)
            found[at] = (char)random_below(at % item_size == 0 ? 4 : 256);
        memcpy(expected, found, count * item_size);
        comparisons = 0;
        pg_qsort(found, count, item_size, compare_items);
        size_t depth = 1;
        while ((size_t)1 << depth < count)
            depth++;
        CHECK(comparisons <= 2 * depth * count, "%lu comparisons of %zu", comparisons, count);
        qsort(expected, count, item_size, compare_items);
        CHECK(memcmp(found, expected, count * item_size) == 0, "%zu of %zu bytes", count,
              item_size);

        if (count == 0)
            continue;
        char key[20];
        memcpy(key, found + random_below((unsigned)count) * item_size, item_size);
        if (random_chance(50))
            key[item_size - 1] = (char)random_bits();
        const char *hit = pg_bsearch(key, found, count, item_size, compare_items);
        const void *known = bsearch(key, found, count, item_size, compare_items);
        CHECK((hit == NULL) == (known == NULL), "bsearch finds or not");
        CHECK(hit == NULL ||
                  ((size_t)(hit - found) % item_size == 0 && memcmp(hit, key, item_size) == 0),
              "bsearch finds other");
    }
    CHECK(pg_bsearch("", "", 0, 1, compare_items) == NULL, "bsearch in nothing");
}

#define KIND(name)                                                                                 \
    {                                                                                              \
#name, pg_##name, name                                                                     \
    }
PG(isalnum);
PG(isalpha);
PG(isblank);
PG(iscntrl);
PG(isdigit);
PG(isgraph);
PG(islower);
PG(isprint);
PG(ispunct);
PG(isspace);
PG(isupper);
PG(isxdigit);
PG(tolower);
PG(toupper);

static void kinds(void)
{
    static const struct {
        const char *name;
        int (*found)(int), (*expected)(int);
    } all[] = {
        KIND(isalnum), KIND(isalpha), KIND(isblank), KIND(iscntrl), KIND(isdigit), KIND(isgraph),
        KIND(islower), KIND(isprint), KIND(ispunct), KIND(isspace), KIND(isupper), KIND(isxdigit),
    };
    for (int c = -1; c < 256; c++) {
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            CHECK(!all[i].found(c) == !all[i].expected(c), "%s(%d)", all[i].name, c);
        CHECK(pg_tolower(c) == tolower(c) && pg_toupper(c) == toupper(c), "case of %d", c);
    }
}

static void arithmetic(void)
{
    for (int i = 0; i < 5000; i++) {
        long a = (long)random_integer(), b = (long)random_integer();
        if (a == LONG_MIN || (int)a == INT_MIN || b == 0 || (int)b == 0)
            continue;
        CHECK(pg_abs((int)a) == abs((int)a) && pg_labs(a) == labs(a) && pg_llabs(a) == llabs(a),
              "abs of %ld", a);
        div_t narrow = pg_div((int)a, (int)b);
        ldiv_t wide = pg_ldiv(a, b);
        lldiv_t widest = pg_lldiv(a, b);
        CHECK(narrow.quot == (int)a / (int)b && narrow.rem == (int)a % (int)b, "div %ld %ld", a, b);
        CHECK(wide.quot == a / b && wide.rem == a % b, "ldiv %ld %ld", a, b);
        CHECK(widest.quot == a / b && widest.rem == a % b, "lldiv %ld %ld", a, b);
    }
}

/* Each bit is set about half the time, and a seed repeats its numbers. */
static void chance(void)
{
    enum { DRAWS = 4000 };
    unsigned seed = (unsigned)random_bits(), set[31] = {0};
    pg_srand(seed);
    for (int i = 0; i < DRAWS; i++) {
        int number = pg_rand();
        CHECK(number >= 0 && number == pg_rand_r(&seed), "rand and rand_r differ: %d", number);
        for (int bit = 0; bit < 31; bit++)
            set[bit] += (unsigned)number >> bit & 1;
    }
    for (int bit = 0; bit < 31; bit++) /* ten times the standard deviation, which is 32 */
        CHECK(set[bit] > DRAWS / 2 - 316 && set[bit] < DRAWS / 2 + 316, "bit %d: %u of %d", bit,
              set[bit], DRAWS);
}

static void call_exit(void)
{
    pg_exit(42);
}

static void call_exit_at_once(void)
{
    pg__exit(255);
}

static void call_abort(void)
{
    pg_abort();
}

static void call_assert(void)
{
    pg_assert_failed("1 > 2", "file.c", 7, "main");
}

static void ends(void)
{
    machine_reset("");
    CHECK(machine_ends(call_exit) && machine.exit_status == 42, "exit");
    CHECK(machine_ends(call_exit_at_once) && machine.exit_status == 255, "_exit");
    CHECK(machine_ends(call_abort) && strcmp(machine.panic_text, "abort() was called") == 0,
          "abort: \"%s\"", machine.panic_text);
    CHECK(machine_ends(call_assert) &&
              strcmp(machine.panic_text, "file.c:7: main: assertion failed: 1 > 2") == 0,
          "assert: \"%s\"", machine.panic_text);
}

const struct test program_tests[] = {
    {"qsort and bsearch", sort}, {"ctype", kinds}, {"abs and div", arithmetic}, {"rand", chance},
    {"exit and abort", ends},    {NULL, NULL},
};
