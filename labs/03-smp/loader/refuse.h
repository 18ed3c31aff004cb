/* How the loader gives up. */
#pragma once

/*
 * Says on the console and in a report line which field of what (a file's name) cannot be booted
 * and why (a negative errno), and ends the machine.
 */
_Noreturn void loader_refuse(const char *what, const char *field, int error);
