/* Descriptors 0, 1 and 2, all of them the console; and sleeping. */
#ifndef _UNISTD_H
#define _UNISTD_H

#include <stddef.h>
#include <sys/types.h>

#define STDIN_FILENO  0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

/* Writes all `count` bytes to the console (fd 1 and 2) and returns `count`; else -1 and EBADF. */
ssize_t write(int fd, const void *bytes, size_t count);

/*
 * Reads from the console (fd 0; else -1 and EBADF) as from a terminal: waits until a line is
 * complete or `count` bytes are there, and returns how many. The line ends in '\n', whether the
 * Enter key sent '\r' or '\n'. What is typed is echoed; Backspace takes back a byte of this call.
 * Ctrl-D returns what is there so far, so 0, the end of the input, at the start of a line.
 */
ssize_t read(int fd, void *bytes, size_t count);

_Noreturn void _exit(int status);

/* From lab 03 on: waits for at least so long, and returns 0. */
unsigned sleep(unsigned seconds);
int usleep(useconds_t microseconds);

#endif
