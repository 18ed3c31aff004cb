/* NUL-terminated texts beside the host's, in blocks that end where the text does. */
#define _GNU_SOURCE
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

PG(strlen);
PG(strnlen);
PG(strcpy);
PG(strncpy);
PG(strcat);
PG(strncat);
PG(strdup);
PG(strndup);
PG(strcmp);
PG(strncmp);
PG(strcasecmp);
PG(strncasecmp);
PG(strchr);
PG(strrchr);
PG(strstr);
PG(strspn);
PG(strcspn);
PG(strpbrk);
PG(strtok);
PG(strtok_r);
PG(strerror);

static const char letters[] = "aaAbBzZ@[`{ ,\x80\xff";

static char *draw(unsigned limit)
{
    size_t length = random_below(limit);
    char *text = exact_block(length + 1);
    random_text(text, length, letters);
    return text;
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void lengths(void)
{
    for (int i = 0; i < 5000; i++) {
        char *text = draw(100);
        CHECK(pg_strlen(text) == strlen(text), "strlen of \"%s\"", text);
        size_t limit = random_below(100);
        CHECK(pg_strnlen(text, limit) == strnlen(text, limit), "strnlen of \"%s\"", text);
        memset(text, 'x', strlen(text) + 1); /* no NUL any more */
    }
    char *bytes = exact_block(10);
    memset(bytes, 'x', 10);
    CHECK(pg_strnlen(bytes, 10) == 10, "strnlen without a NUL");
}

static void copies(void)
{
    enum { ROOM = 120 };
    char expected[ROOM], found[ROOM];
    for (int i = 0; i < 20000; i++) {
        const char *text = draw(50);
        size_t limit = random_below(60);
        memset(expected, 0x55, ROOM);
        random_text(expected, random_below(50), letters);
        memcpy(found, expected, ROOM);
        switch (random_below(4)) {
        case 0:
            strcpy(expected, text);
            CHECK(pg_strcpy(found, text) == found, "strcpy returns other");
            break;
        case 1:
            strncpy(expected, text, limit);
            CHECK(pg_strncpy(found, text, limit) == found, "strncpy returns other");
            break;
        case 2:
            strcat(expected, text);
            CHECK(pg_strcat(found, text) == found, "strcat returns other");
            break;
        default:
            strncat(expected, text, limit);
            CHECK(pg_strncat(found, text, limit) == found, "strncat returns other");
        }
        CHECK(memcmp(found, expected, ROOM) == 0, "of \"%s\", limit %zu: \"%s\", not \"%s\"", text,
              limit, shown(found, ROOM), shown(expected, ROOM));
    }
}

static void comparisons(void)
{
    for (int i = 0; i < 20000; i++) {
        const char *left = draw(6);
        char *right = draw(6);
        size_t limit = random_below(8);
        if (random_chance(30)) {
            right = exact_block(strlen(left) + 1);
            strcpy(right, left);
        }
        CHECK(sign(pg_strcmp(left, right)) == sign(strcmp(left, right)), "strcmp \"%s\" \"%s\"",
              left, right);
        CHECK(sign(pg_strncmp(left, right, limit)) == sign(strncmp(left, right, limit)),
              "strncmp \"%s\" \"%s\" %zu", left, right, limit);
        CHECK(sign(pg_strcasecmp(left, right)) == sign(strcasecmp(left, right)),
              "strcasecmp \"%s\" \"%s\"", left, right);
        CHECK(sign(pg_strncasecmp(left, right, limit)) == sign(strncasecmp(left, right, limit)),
              "strncasecmp \"%s\" \"%s\" %zu", left, right, limit);
    }
}

static void searches(void)
{
    for (int i = 0; i < 20000; i++) {
        const char *text = draw(30), *set = draw(4);
        int byte = random_chance(10) ? 0 : letters[random_below(sizeof letters - 1)];
        byte += random_chance(10) ? 256 : 0; /* only the low byte counts */
        CHECK(pg_strchr(text, byte) == strchr(text, byte), "strchr \"%s\" %d", text, byte);
        CHECK(pg_strrchr(text, byte) == strrchr(text, byte), "strrchr \"%s\" %d", text, byte);
        CHECK(pg_strstr(text, set) == strstr(text, set), "strstr \"%s\" \"%s\"", text, set);
        CHECK(pg_strspn(text, set) == strspn(text, set), "strspn \"%s\" \"%s\"", text, set);
        CHECK(pg_strcspn(text, set) == strcspn(text, set), "strcspn \"%s\" \"%s\"", text, set);
        CHECK(pg_strpbrk(text, set) == strpbrk(text, set), "strpbrk \"%s\" \"%s\"", text, set);
    }
}

static void words(void)
{
    for (int i = 0; i < 5000; i++) {
        char *text = draw(30);
        char expected_text[32], found_text[32], again_text[32];
        strcpy(expected_text, text);
        strcpy(found_text, text);
        strcpy(again_text, text);
        char *expected_rest, *rest;
        char *expected = expected_text, *found = found_text, *again = again_text;
        do {
            const char *set = draw(4);
            expected =
                strtok_r(expected == expected_text ? expected_text : NULL, set, &expected_rest);
            found = pg_strtok_r(found == found_text ? found_text : NULL, set, &rest);
            again = pg_strtok(again == again_text ? again_text : NULL, set);
            CHECK((found == NULL) == (expected == NULL) && (again == NULL) == (expected == NULL),
                  "\"%s\": a word or none", text);
            CHECK(found == NULL || (found - found_text == expected - expected_text &&
                                    again - again_text == expected - expected_text &&
                                    strcmp(found, expected) == 0 && strcmp(again, expected) == 0),
                  "\"%s\": \"%s\" or \"%s\", not \"%s\"", text, found, again, expected);
            if (expected == expected_text) /* the first word again would look like a first call */
                break;
        } while (expected != NULL);
    }
}

static void duplicates(void)
{
    for (int round = 0; round < 2000; round++) {
        size_t length = random_below(40), limit = random_below(50);
        char *text = exact_block(length + 1);
        random_text(text, length, "abc");
        char *whole = pg_strdup(text), *part = pg_strndup(text, limit);
        CHECK(whole != text && strcmp(whole, text) == 0, "strdup of \"%s\": \"%s\"", text, whole);
        CHECK(strlen(part) == strnlen(text, limit) && strncmp(part, text, limit) == 0,
              "strndup of \"%s\", %zu: \"%s\"", text, limit, part);
        free(whole);
        free(part);
    }
    char *bytes = exact_block(5); /* no NUL within the limit */
    memset(bytes, 'x', 5);
    char *part = pg_strndup(bytes, 5);
    CHECK(strcmp(part, "xxxxx") == 0, "strndup without a NUL: \"%s\"", part);
    free(part);
    machine.heap_is_full = true;
    CHECK(!pg_strdup("text") && !pg_strndup("text", 2), "a copy without memory");
    machine.heap_is_full = false;
}

static void errors(void)
{
    static const int numbers[] = {0,          EPERM,     ENOENT,       EBADF,    EAGAIN,
                                  ENOMEM,     EINVAL,    ERANGE,       ENOSYS,   EOVERFLOW,
                                  EOPNOTSUPP, ETIMEDOUT, ECONNREFUSED, ECANCELED};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(strcmp(pg_strerror(numbers[i]), strerror(numbers[i])) == 0, "error %d: \"%s\"",
              numbers[i], pg_strerror(numbers[i]));
    for (int number = 0; number < 200; number++) {
        const char *text = pg_strerror(number);
        CHECK(strcmp(text, strerror(number)) == 0 || strcmp(text, "Unknown error") == 0,
              "error %d: \"%s\"", number, text);
    }
    CHECK(strcmp(pg_strerror(-1), "Unknown error") == 0, "error -1");
}

const struct test string_tests[] = {
    {"strlen", lengths},     {"strcpy and strcat", copies},
    {"strcmp", comparisons}, {"strchr and strstr", searches},
    {"strtok", words},       {"strdup", duplicates},
    {"strerror", errors},    {NULL, NULL},
};
