/* mm/size_classes.h, whole; mm/slab.c and mm/heap.c: any steps, little memory and much. */
#include "mm/slab.h"

#include <string.h>

#include "test.h"

static void size_classes(void)
{
    CHECK(size_class_bytes(0) == 16 && size_class_bytes(SIZE_CLASSES - 1) == SIZE_CLASS_MAX,
          "the first class is %zu, the last %zu", size_class_bytes(0),
          size_class_bytes(SIZE_CLASSES - 1));
    for (size_t size = 1; size <= SIZE_CLASS_MAX; size++) {
        unsigned number = size_class(size);
        CHECK(number < SIZE_CLASSES && size_class_bytes(number) >= size, "%zu bytes: class %u",
              size, number);
        CHECK(number == 0 || size_class_bytes(number - 1) < size,
              "%zu bytes: class %u is too large", size, number);
        CHECK(size <= 64 || (size_class_bytes(number) - size) * 5 < size_class_bytes(number),
              "%zu bytes: a fifth of %zu is wasted", size, size_class_bytes(number));
        size_t power = size & -size; /* what aligned_alloc builds on */
        CHECK(size_class_bytes(number) % power == 0, "%zu bytes: class %zu is no multiple of %zu",
              size, size_class_bytes(number), power);
    }
}

/* Steps of heap_judge.c: `percent` of them take, the others free; sizes up to a power of two. */
static void random_steps(unsigned percent, bool large)
{
    for (unsigned round = 0; round < 300; round++) {
        uint8_t input[1 + 4 * 400];
        for (size_t i = 0; i < sizeof input; i++)
            input[i] = random_bits();
        for (size_t i = 1; i < sizeof input; i += 4) {
            unsigned size = random_bits() & ((2u << random_below(16)) - 1);
            input[i] = random_chance(percent) ? random_below(7) : 1;
            if (large && random_chance(30))
                input[i] |= 0x80;
            input[i + 2] = size;
            input[i + 3] = size >> 8;
        }
        judge(heap_judge, input, sizeof input);
    }
}

static void small_blocks(void)
{
    random_steps(70, false);
}

static void large_blocks(void)
{
    random_steps(80, true);
}

/* One size again and again, so that slabs become full and empty. */
static void one_class(void)
{
    for (unsigned round = 0; round < 300; round++) {
        uint8_t input[1 + 4 * 400];
        unsigned size = random_below(1u << (4 + random_below(13)));
        for (size_t i = 0; i < sizeof input; i++)
            input[i] = random_bits();
        for (size_t i = 1; i < sizeof input; i += 4) {
            input[i] = random_below(2);
            input[i + 2] = size;
            input[i + 3] = size >> 8;
        }
        judge(heap_judge, input, sizeof input);
    }
}

const struct test heap_tests[] = {
    {"heap/size_classes", size_classes},
    {"heap/small_blocks", small_blocks},
    {"heap/large_blocks", large_blocks},
    {"heap/one_class", one_class},
    {0},
};
