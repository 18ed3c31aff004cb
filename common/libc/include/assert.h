/* assert: a condition that holds unless the program is wrong; panics with its text and place. */
#include <stddef.h>

/* No include guard: C lets a file include this again after it has changed NDEBUG. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition)                                                                          \
    ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__, __func__))
#endif

#ifndef _ASSERT_H
#define _ASSERT_H

#define static_assert _Static_assert

_Noreturn void assert_failed(const char *condition, const char *file, int line,
                             const char *function);

#endif
