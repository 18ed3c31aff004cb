/* A small frame for tests of the parsers on the host: checks, chance, and one process a test. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test {
    const char *name;
    void (*run)(void);
};

/*
 * Judges: each takes any bytes as one input of its subject, calls the code under test, and compares
 * what it does with a model of the contract in the header. The fuzzer calls them directly.
 */
typedef void judge_function(const uint8_t *input, size_t size);

/* What each subject of the stage has: its judge, and a list of tests that a NULL name ends. */
#ifdef SUBJECTS
#define SUBJECT(name)                                                                              \
    extern const struct test name##_tests[];                                                       \
    judge_function name##_judge;
SUBJECTS(SUBJECT)
#undef SUBJECT
#endif
extern const struct test corpus_tests[];

/* Says what was expected and found, and ends the process: in the unit tests that is one test. */
_Noreturn void check_failed(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check_failed(__FILE__, __LINE__, __VA_ARGS__);                                         \
    } while (0)

/*
 * Gives an input to a subject's judge. When that does not come back, for whatever reason, the
 * input is kept in the file that the environment variable FAILED names.
 */
void judge(judge_function *subject, const uint8_t *input, size_t size);

/* Chance; the same state draws the same numbers again. */
extern uint64_t random_state;
uint64_t random_bits(void);
uint64_t random_below(uint64_t limit);
bool random_chance(unsigned percent);

/* Numbers at and around the limits of all widths, and any others. */
uint64_t random_integer(void);
