/* Bytes and NUL-terminated texts, as C and POSIX define them. */
#ifndef _STRING_H
#define _STRING_H

#include <stddef.h>

/* memory.c: these four the compiler may call on its own, whatever the source says. */
void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int byte, size_t count);
int memcmp(const void *left, const void *right, size_t count);
void *memchr(const void *bytes, int byte, size_t count);

/* string.c: length, copy, compare. */
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
char *strcpy(char *restrict to, const char *restrict from);
char *strncpy(char *restrict to, const char *restrict from, size_t count);
char *strcat(char *restrict to, const char *restrict from);
char *strncat(char *restrict to, const char *restrict from, size_t limit);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t limit);

/* search.c: find a byte, a text, or a set of bytes in a text. */
char *strchr(const char *text, int byte);
char *strrchr(const char *text, int byte);
char *strstr(const char *text, const char *part);
size_t strspn(const char *text, const char *accept);
size_t strcspn(const char *text, const char *reject);
char *strpbrk(const char *text, const char *accept);

/* strtok.c: cut a text into words, in place. */
char *strtok(char *restrict text, const char *restrict separators);
char *strtok_r(char *restrict text, const char *restrict separators, char **restrict rest);

/* strdup.c (needs the heap, so from stage 02 on): a copy that goes to free; NULL as malloc does. */
char *strdup(const char *text);
char *strndup(const char *text, size_t limit);

/* strerror.c: a constant text, "Unknown error" for a number that errno.h does not name. */
char *strerror(int number);

#endif
