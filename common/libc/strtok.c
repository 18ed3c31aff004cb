/* Cutting a text into words, in place. */
#include <string.h>

/* `*rest` is where the search goes on when `text` is NULL: behind the word returned last. */
char *strtok_r(char *restrict text, const char *restrict separators, char **restrict rest)
{
    if (text == NULL)
        text = *rest;
    text += strspn(text, separators);
    char *end = text + strcspn(text, separators);
    *rest = *end != '\0' ? end + 1 : end;
    if (end == text)
        return NULL;
    *end = '\0';
    return text;
}

char *strtok(char *restrict text, const char *restrict separators)
{
    static char *rest = "";
    return strtok_r(text, separators, &rest);
}
