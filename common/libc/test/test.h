/* A small frame for tests: a name, a body, a check that says what it found, and chance. */
#ifndef LIBC_TEST_H
#define LIBC_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name;
    void (*run)(void);
};

/* One list a file, ended by a NULL name. */
extern const struct test format_tests[], float_tests[], number_tests[], memory_tests[],
    string_tests[], console_tests[], program_tests[];

/* Leaves the running test as failed, with a message. */
_Noreturn void test_fail(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            test_fail(__FILE__, __LINE__, __VA_ARGS__);                                            \
    } while (0)

/* Chance, repeatable by SEED. */
uint64_t random_bits(void);
unsigned random_below(unsigned limit);
bool random_chance(unsigned percent);

/* The number with the given bits, and chosen and random numbers at and around all limits. */
uint64_t random_integer(void);
double random_double(void);

/* A block of exactly `size` bytes with nothing around it that may be touched (for ASan). */
char *exact_block(size_t size);
void random_text(char *text, size_t length, const char *alphabet);

/* The text with unprintable bytes as \x.., in one of a few static buffers. */
const char *shown(const char *bytes, size_t length);

/* The library's function beside the host's of the same type. */
#define PG(name) extern __typeof__(name) pg_##name

int *pg_errno_location(void);
#define pg_errno (*pg_errno_location())

/* The machine that the tests provide: what was written, what will be read, how it ended. */
struct machine {
    char output[1 << 16];
    size_t length;
    unsigned calls; /* of console_write */
    const char *input;
    int exit_status;
    char panic_text[512];
    bool heap_is_full;
};
extern struct machine machine;

void machine_reset(const char *input);

/* Runs the body; true if it came to machine_exit or panic. */
bool machine_ends(void (*body)(void));

#endif
