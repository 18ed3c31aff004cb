/* What the writers of seeds share: a file of bytes for a fuzzer to start from. */
#pragma once

#include <stdio.h>

#include "test.h"

static const char *folder; /* where main wants them */

/* FOLDER/SUBJECT/NAME, or a failed check. */
static void keep(const char *subject, const char *name, const void *bytes, size_t size)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s/%s", folder, subject, name);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0,
          "cannot write %s", path);
}
