/* Blocks of bytes at all offsets and lengths, with nothing touched around them. */
#include "test.h"

#include <string.h>

PG(memcpy);
PG(memmove);
PG(memset);
PG(memcmp);
PG(memchr);

enum { ROOM = 200 };

static void fill(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)random_bits();
}

static void copy(void)
{
    for (int i = 0; i < 20000; i++) {
        unsigned size = random_below(100);
        char from[ROOM], expected[ROOM], found[ROOM];
        unsigned source = random_below(ROOM - size), target = random_below(ROOM - size);
        fill(from, ROOM);
        fill(expected, ROOM);
        memcpy(found, expected, ROOM);
        memcpy(expected + target, from + source, size);
        CHECK(pg_memcpy(found + target, from + source, size) == found + target, "returns other");
        CHECK(memcmp(found, expected, ROOM) == 0, "%u bytes from %u to %u", size, source, target);
    }
}

static void move(void)
{
    for (int i = 0; i < 40000; i++) {
        unsigned size = random_below(100);
        char expected[ROOM], found[ROOM];
        unsigned source = random_below(ROOM - size), target = random_below(ROOM - size);
        if (random_chance(50) && source + size + 8 < ROOM)
            target = source + random_below(9);
        fill(expected, ROOM);
        memcpy(found, expected, ROOM);
        memmove(expected + target, expected + source, size);
        CHECK(pg_memmove(found + target, found + source, size) == found + target, "returns other");
        CHECK(memcmp(found, expected, ROOM) == 0, "%u bytes from %u to %u", size, source, target);
    }
}

static void set(void)
{
    for (int i = 0; i < 20000; i++) {
        unsigned size = random_below(100), target = random_below(ROOM - size);
        int byte = (int)random_bits();
        char expected[ROOM], found[ROOM];
        fill(expected, ROOM);
        memcpy(found, expected, ROOM);
        memset(expected + target, byte, size);
        CHECK(pg_memset(found + target, byte, size) == found + target, "returns other");
        CHECK(memcmp(found, expected, ROOM) == 0, "%u bytes at %u", size, target);
    }
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void compare(void)
{
    for (int i = 0; i < 20000; i++) {
        unsigned size = random_below(60);
        char *left = exact_block(size), *right = exact_block(size);
        fill(left, size);
        memcpy(right, left, size);
        for (unsigned changes = random_below(3); size > 0 && changes > 0; changes--)
            right[random_below(size)] = (char)random_bits();
        CHECK(sign(pg_memcmp(left, right, size)) == sign(memcmp(left, right, size)), "%s and %s",
              shown(left, size), shown(right, size));
    }
}

static void find(void)
{
    for (int i = 0; i < 20000; i++) {
        unsigned size = random_below(60);
        char *bytes = exact_block(size);
        fill(bytes, size);
        int byte = size > 0 && random_chance(70) ? bytes[random_below(size)] : (int)random_bits();
        CHECK(pg_memchr(bytes, byte, size) == memchr(bytes, byte, size), "%d in %s", byte,
              shown(bytes, size));
    }
}

const struct test memory_tests[] = {
    {"memcpy", copy},    {"memmove", move}, {"memset", set},
    {"memcmp", compare}, {"memchr", find},  {NULL, NULL},
};
