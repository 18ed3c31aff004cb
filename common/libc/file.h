/* What a FILE is: a descriptor. */
#ifndef PAGURUS_FILE_H
#define PAGURUS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct file {
    int fd;
};

/* Writes all of it; false, with errno set, if the descriptor does not take it. */
bool file_write(int fd, const char *text, size_t length);

#endif
