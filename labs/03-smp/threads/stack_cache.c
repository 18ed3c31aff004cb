/* Stacks that are kept for the next thread, a short list for each CPU. */
#include "threads/stack_cache.h"

#include <stddef.h>

#include "mm/stacks.h"
#include "smp/cpu.h"
#include "sync/spinlock.h"
#include "x86.h"

#define FIRST_SIZE (2 * PAGE_SIZE) /* of a new stack; the rest comes when it is touched */
#define KEPT_MOST  (2 * STACKS_BATCH)

static struct stack_cache {
    struct spinlock lock;
    struct stack *first; /* what came last, linked by `next` */
    unsigned count;
} stack_caches[CPUS_MAX];

/* Takes those out that have been there longest, as a list. The lock is held. */
static struct stack *take_last(struct stack_cache *cache, unsigned count)
{
    struct stack **link = &cache->first, *list;

    cache->count -= count;
    for (unsigned i = 0; i < cache->count; i++)
        link = &(*link)->next;
    list = *link;
    *link = NULL;
    return list;
}

struct stack *stack_cache_take(uint64_t limit)
{
    uint64_t flags = interrupts_save();
    struct stack_cache *cache = &stack_caches[cpu_number()];

    spin_take(&cache->lock);
    struct stack *stack = cache->first;
    if (stack) {
        cache->first = stack->next;
        cache->count--;
    }
    spin_release(&cache->lock);
    interrupts_restore(flags);
    if (!stack)
        return stack_create("a thread's stack", FIRST_SIZE, limit);
    stack->limit = stack->top - limit;
    return stack;
}

void stack_cache_give(struct stack *stack)
{
    uint64_t size = stack->top - stack->low;
    struct stack *list = NULL;

    stack->thread = NULL;
    if (size < FIRST_SIZE || size > STACKS_BATCH_PAGES * PAGE_SIZE) {
        stack_destroy(stack);
        return;
    }
    uint64_t flags = interrupts_save();
    struct stack_cache *cache = &stack_caches[cpu_number()];
    spin_take(&cache->lock);
    if (cache->count == KEPT_MOST)
        list = take_last(cache, STACKS_BATCH);
    stack->next = cache->first;
    cache->first = stack;
    cache->count++;
    spin_release(&cache->lock);
    interrupts_restore(flags);
    if (list)
        stacks_destroy(list, STACKS_BATCH);
}

void stack_cache_trim(void)
{
    for (unsigned i = 0; i < CPUS_MAX; i++)
        while (stack_caches[i].count > 0) {
            uint64_t flags = spin_lock(&stack_caches[i].lock);
            unsigned there = stack_caches[i].count;
            unsigned count = there < STACKS_BATCH ? there : STACKS_BATCH;
            struct stack *list = take_last(&stack_caches[i], count);
            spin_unlock(&stack_caches[i].lock, flags);
            stacks_destroy(list, count);
        }
}
