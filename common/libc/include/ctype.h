/* Kinds of characters in the C locale: ASCII, everything from 0x80 on is of no kind. */
#ifndef _CTYPE_H
#define _CTYPE_H

/* Each takes an unsigned char's value or EOF. */
int isalnum(int c);
int isalpha(int c);
int isblank(int c);
int iscntrl(int c);
int isdigit(int c);
int isgraph(int c);
int islower(int c);
int isprint(int c);
int ispunct(int c);
int isspace(int c);
int isupper(int c);
int isxdigit(int c);
int tolower(int c);
int toupper(int c);

#endif
