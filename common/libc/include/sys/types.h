/* Sizes, offsets and lengths of time of POSIX. */
#ifndef _SYS_TYPES_H
#define _SYS_TYPES_H

#include <stddef.h>

typedef long ssize_t;        /* a byte count, or -1 */
typedef long off_t;          /* a position in a file */
typedef unsigned useconds_t; /* microseconds */

#endif
