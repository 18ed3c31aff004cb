/* Sorting in place (heapsort: no recursion, no worst case, no memory) and binary search. */
#include <stdlib.h>

typedef int compare_t(const void *, const void *);

static void swap(char *a, char *b, size_t size)
{
    while (size-- > 0) {
        char kept = a[size];
        a[size] = b[size];
        b[size] = kept;
    }
}

/*
 * A heap: the item at i is not less than its children, at 2i+1 and 2i+2. Here the item at `i` may
 * be less; it changes places with the greater of its children until it is not.
 */
static void sift_down(char *base, size_t i, size_t count, size_t size, compare_t *compare)
{
    while (i < count / 2) { /* as long as it has a child */
        size_t child = 2 * i + 1;
        if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0)
            child++;
        if (compare(base + i * size, base + child * size) >= 0)
            return;
        swap(base + i * size, base + child * size, size);
        i = child;
    }
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(base, i, count, size, compare);
    while (count > 1) { /* the greatest item, at 0, goes to its place at the end */
        count--;
        swap(base, (char *)base + count * size, size);
        sift_down(base, 0, count, size, compare);
    }
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *))
{
    const char *first = base;
    while (count > 0) {
        const char *middle = first + count / 2 * size;
        int order = compare(key, middle);
        if (order == 0)
            return (void *)middle;
        if (order > 0) {
            first = middle + size;
            count--;
        }
        count /= 2;
    }
    return NULL;
}
