/* Ends with the status that its argument says: `exit 42` by return, `exit 42 call` by exit(). */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int status = argc > 1 ? atoi(argv[1]) : 0;

    printf("ending with %d\n", status);
    if (argc > 2)
        exit(status);
    return status;
}
