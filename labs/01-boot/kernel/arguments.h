/* From one command line to main's argc and argv. */
#pragma once

#define ARGUMENTS_MAX 255     /* argv[0] among them */
#define ARGUMENTS_BYTES 8192  /* all of them, each with its '\0' */

/*
 * Splits `line` at blanks (space, tab, newline) into argv[1] and on; argv[0] is `name`, and
 * argv[argc] is NULL. Single and double quotes keep blanks together, "\" takes the next character
 * as it is (not inside single quotes); quotes end with the line at the latest. The strings are
 * copies that stay valid; a second call overwrites them.
 *
 * Returns argc. Panics when the arguments are too many or too long.
 */
int arguments_split(const char *name, const char *line, char **argv);
