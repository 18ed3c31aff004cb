/* From one command line to main's argc and argv. */
#pragma once

#define ARGUMENTS_MAX   255  /* argv[0] among them */
#define ARGUMENTS_BYTES 8192 /* all of them, each with its '\0' */

/*
 * Splits `line` at blanks (space, tab, newline, carriage return) into argv[1] and on; argv[0] is
 * `name`, and argv[argc] is NULL: argv has ARGUMENTS_MAX + 1 places. Single and double quotes keep
 * blanks together and vanish; "" is an empty argument. "\" takes the next character as it is, but
 * not inside single quotes, nor at the line's end. Quotes end with the line at the latest. The
 * strings, name apart, are copies that stay valid; a second call overwrites them.
 *
 * Returns argc. Panics when the arguments are too many or too long.
 */
int arguments_split(const char *name, const char *line, char **argv);
