/* Descriptors 0, 1 and 2: the console as a terminal. */
#include <errno.h>
#include <machine.h>
#include <stdbool.h>
#include <unistd.h>

enum {
    END_OF_INPUT = 0x04, /* Ctrl-D */
    BACKSPACE = 0x08,
    DELETE = 0x7f, /* what the Backspace key of most terminals sends */
};

ssize_t write(int fd, const void *bytes, size_t count)
{
    if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
        errno = EBADF;
        return -1;
    }
    console_write(bytes, count);
    return (ssize_t)count;
}

/* Other control characters would move the cursor about; they are read, but not shown. */
static bool is_shown(char c)
{
    return (unsigned char)c >= ' ' || c == '\n' || c == '\t';
}

ssize_t read(int fd, void *bytes, size_t count)
{
    if (fd != STDIN_FILENO) {
        errno = EBADF;
        return -1;
    }

    char *line = bytes;
    size_t length = 0;
    while (length < count) {
        char c = (char)console_read_byte();
        if (c == END_OF_INPUT)
            break;
        if (c == BACKSPACE || c == DELETE) {
            if (length > 0) {
                length--;
                console_write("\b \b", 3);
            }
            continue;
        }
        if (c == '\r')
            c = '\n';
        if (is_shown(c))
            console_write(&c, 1);
        line[length++] = c;
        if (c == '\n')
            break;
    }
    return (ssize_t)length;
}
