/* Replays the kept inputs; CORPUS names the folder with one folder a subject. */
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (1 << 20)

static void replay_file(const char *folder, const char *name, judge_function *subject)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL, "cannot open %s", path);

    uint8_t *bytes = malloc(FILE_BYTES_MAX);
    size_t size = fread(bytes, 1, FILE_BYTES_MAX, file);
    fclose(file);
    uint8_t *exact = malloc(size); /* so that ASan sees the first byte too many */
    memcpy(exact, bytes, size);
    free(bytes);

    judge(subject, exact, size);
    free(exact);
}

static void replay(const char *target, judge_function *subject)
{
    char folder[512];
    snprintf(folder, sizeof folder, "%s/%s", CORPUS, target);
    DIR *entries = opendir(folder);
    CHECK(entries != NULL, "no folder %s", folder);

    unsigned files = 0;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.') {
            replay_file(folder, entry->d_name, subject);
            files++;
        }
    closedir(entries);
    CHECK(files > 0, "%s is empty", folder);
}

#define REPLAY(subject)                                                                            \
    static void replay_##subject(void)                                                             \
    {                                                                                              \
        replay(#subject, subject##_judge);                                                         \
    }
SUBJECTS(REPLAY)

#define TEST(subject) {"corpus/" #subject, replay_##subject},
const struct test corpus_tests[] = {SUBJECTS(TEST){0}};
