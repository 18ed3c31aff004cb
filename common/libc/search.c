/* Finding a byte, a text, or a set of bytes in a text. */
#include <stdbool.h>
#include <string.h>

char *strchr(const char *text, int byte)
{
    for (;; text++) {
        if (*text == (char)byte) /* before the test for the end: the NUL can be looked for too */
            return (char *)text;
        if (*text == '\0')
            return NULL;
    }
}

char *strrchr(const char *text, int byte)
{
    const char *found = NULL;
    for (;; text++) {
        if (*text == (char)byte)
            found = text;
        if (*text == '\0')
            return (char *)found;
    }
}

char *strstr(const char *text, const char *part)
{
    size_t length = strlen(part);
    if (length == 0)
        return (char *)text;
    for (; (text = strchr(text, *part)) != NULL; text++)
        if (strncmp(text, part, length) == 0)
            return (char *)text;
    return NULL;
}

/* The length of the start of `text` whose bytes all are (or all are not) in `set`. */
static size_t span(const char *text, const char *set, bool wanted)
{
    size_t length = 0;
    while (text[length] != '\0' && (strchr(set, text[length]) != NULL) == wanted)
        length++;
    return length;
}

size_t strspn(const char *text, const char *accept)
{
    return span(text, accept, true);
}

size_t strcspn(const char *text, const char *reject)
{
    return span(text, reject, false);
}

char *strpbrk(const char *text, const char *accept)
{
    text += strcspn(text, accept);
    return *text != '\0' ? (char *)text : NULL;
}
