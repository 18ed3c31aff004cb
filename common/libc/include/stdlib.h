/* Numbers from text, sorting, chance, the heap, and the end of the program. */
#ifndef _STDLIB_H
#define _STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX     0x7fffffff

/* End the machine: exit with `status`, abort with a panic. Output is never kept back. */
_Noreturn void exit(int status);
_Noreturn void abort(void);

/*
 * Numbers from text (strtol.c). `*end`, if wanted, is left behind the last character used, or at
 * `text` when there is no number. errno: ERANGE when the value does not fit (the nearest limit is
 * returned), EINVAL when `base` is neither 0 nor 2 to 36 (`*end` is not written).
 */
long strtol(const char *restrict text, char **restrict end, int base);
unsigned long strtoul(const char *restrict text, char **restrict end, int base);
long long strtoll(const char *restrict text, char **restrict end, int base);
unsigned long long strtoull(const char *restrict text, char **restrict end, int base);
int atoi(const char *text);
long atol(const char *text);
long long atoll(const char *text);

/*
 * The double nearest to the decimal or hexadecimal text, ties to even (strtod.c, needs SSE).
 * errno: ERANGE on overflow (HUGE_VAL) and on a result too small to be exact.
 */
double strtod(const char *restrict text, char **restrict end);
double atof(const char *text);

typedef struct {
    int quot, rem;
} div_t;
typedef struct {
    long quot, rem;
} ldiv_t;
typedef struct {
    long long quot, rem;
} lldiv_t;
int abs(int number);
long labs(long number);
long long llabs(long long number);
div_t div(int number, int divisor);
ldiv_t ldiv(long number, long divisor);
lldiv_t lldiv(long long number, long long divisor);

/* In place, n log n comparisons in the worst case, not stable, fixed stack. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *));

/*
 * The heap: from stage 02 on the kernel defines it. Every block is 16-byte aligned, a block of 0
 * bytes is one of its own, and NULL means that there is no memory: errno is ENOMEM, nothing has
 * changed. free(NULL) does nothing. realloc moves the contents, as far as they fit, leaves the old
 * block as it was when it fails, and with size 0 frees it and returns NULL.
 */
void *malloc(size_t size);
void free(void *block);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);

/*
 * At a multiple of `alignment`, a power of two; the block goes to free like any other.
 * aligned_alloc: NULL with errno EINVAL for no such power. posix_memalign returns the error (EINVAL
 * also for less than a pointer's size) and then leaves `*block` alone.
 */
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **block, size_t alignment, size_t size);

/* 0 to RAND_MAX, for tests and games: anybody can guess the next one. */
int rand(void);
void srand(unsigned seed);
int rand_r(unsigned *seed);

#endif
