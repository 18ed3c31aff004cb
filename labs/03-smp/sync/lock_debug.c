/* Spinlocks that are watched: who holds which, and in what order they are taken. */
#include "sync/lock_debug.h"

#include <stddef.h>

#include "exercise.h"
#include "kernel/symbols.h"
#include "kprintf.h"
#include "machine.h"
#include "mm/stacks.h"
#include "smp/cpu.h"
#include "smp/stop.h"
#include "x86.h"

/* The calls that the linker turns to here, and what they were. */
void __wrap_spin_take(struct spinlock *lock);
void __wrap_spin_release(struct spinlock *lock);
void __real_spin_take(struct spinlock *lock);
void __real_spin_release(struct spinlock *lock);

/* What a CPU holds, in the order in which it was taken. */
struct held {
    const struct spinlock *lock;
    struct trace trace;
};
static struct held_list {
    unsigned count;
    struct held held[HELD_MAX];
} held_lists[CPUS_MAX];

static struct spinlock own; /* for all that follows; it is not watched itself */
static struct lock_node nodes[LOCKS_MAX];
static struct lock_order orders[ORDERS_MAX];
static uint32_t order_count;
static uint32_t search; /* the number of the last one */

/* ---- backtraces ----------------------------------------------------------------------------- */

extern char kernel_stack[], kernel_stack_top[]; /* entry.asm */

static bool frame_readable(uint64_t address)
{
    return address % 8 == 0 &&
           ((address >= (uint64_t)kernel_stack && address + 16 <= (uint64_t)kernel_stack_top) ||
            stack_holds(address, 16));
}

/* The callers of the function whose frame pointer is `rbp`. */
static void trace_take(struct trace *trace, uint64_t rbp)
{
    unsigned count = 0;

    while (count < TRACE_MAX && frame_readable(rbp)) {
        const uint64_t *frame = (const uint64_t *)rbp; /* the caller's rbp, the return address */
        trace->address[count++] = frame[1];
        if (frame[0] <= rbp)
            break;
        rbp = frame[0];
    }
    if (count < TRACE_MAX)
        trace->address[count] = 0;
}

static void trace_print(const struct trace *trace)
{
    for (unsigned i = 0; i < TRACE_MAX && trace->address[i]; i++) {
        uint64_t offset = 0;
        const char *name = symbol_at(trace->address[i] - 1, &offset);
        if (name)
            kprintf("  0x%016lx %s+0x%lx\n", trace->address[i], name, offset + 1);
        else
            kprintf("  0x%016lx ?\n", trace->address[i]);
    }
}

/* ---- reports -------------------------------------------------------------------------------- */

/* A lock's name in quotes, or its address, in memory of the caller's. */
struct name {
    char text[40];
};

static const char *name_of(const struct spinlock *lock, struct name *name)
{
    static const char digits[] = "0123456789abcdef";
    char *at = name->text;

    if (lock->name) {
        *at++ = '"';
        for (const char *from = lock->name; *from && at < name->text + sizeof name->text - 2;)
            *at++ = *from++;
        *at++ = '"';
    } else {
        *at++ = '0';
        *at++ = 'x';
        for (int shift = 60; shift >= 0; shift -= 4)
            *at++ = digits[(uint64_t)lock >> shift & 15];
    }
    *at = '\0';
    return name->text;
}

static _Noreturn void report_twice(const struct held *held, const struct trace *again)
{
    uint32_t number = cpu_number();
    struct name name;

    cpus_stop_others();
    kprintf("locks: CPU %u takes %s, which it holds\ntaken:\n", number, name_of(held->lock, &name));
    trace_print(&held->trace);
    kprintf("taken again:\n");
    trace_print(again);
    panic("deadlock: %s is taken twice", name.text);
}

static void print_order(const struct lock_node *before, const struct lock_node *after,
                        const struct trace *trace)
{
    struct name one, other;

    kprintf("%s, then %s:\n", name_of(before->lock, &one), name_of(after->lock, &other));
    trace_print(trace);
}

/* Says the orders that led the last search from `first` to `last`, from the first on. */
static void print_way(const struct lock_node *first, const struct lock_node *last)
{
    if (last == first)
        return;
    print_way(first, last->via->before);
    print_order(last->via->before, last, &last->via->trace);
}

/* `after` is to be taken with `before` held, and a search has come from `after` to `before`. */
static _Noreturn void report_circle(const struct lock_node *before, const struct lock_node *after,
                                    const struct trace *trace)
{
    struct name one, other;

    cpus_stop_others();
    kprintf("locks: the orders of these make a circle\n");
    print_way(after, before);
    print_order(before, after, trace);
    panic("lock order: %s, then %s", name_of(before->lock, &one), name_of(after->lock, &other));
}

/* ---- orders --------------------------------------------------------------------------------- */

static bool full; /* there was no room */

/* The node of a lock, a new one if need be; NULL: there is no room. */
static struct lock_node *node_of(const struct spinlock *lock)
{
    uint32_t start = ((uint64_t)lock >> 3) * 0x9e3779b97f4a7c15ul >> 32;

    for (uint32_t i = 0; i < LOCKS_MAX; i++) {
        struct lock_node *node = &nodes[(start + i) % LOCKS_MAX];
        if (!node->lock)
            node->lock = lock;
        if (node->lock == lock)
            return node;
    }
    return NULL;
}

static bool known(const struct lock_node *before, const struct lock_node *after)
{
    for (const struct lock_order *order = before->orders; order; order = order->next)
        if (order->after == after)
            return true;
    return false;
}

static void remember(struct lock_node *before, struct lock_node *after, const struct trace *trace)
{
    if (order_count == ORDERS_MAX) {
        full = true;
        return;
    }
    struct lock_order *order = &orders[order_count++];
    *order = (struct lock_order){
        .before = before, .after = after, .next = before->orders, .trace = *trace};
    before->orders = order;
}

/*
 * Whether orders that are known lead from `from` to `to`, another node, one after the other. If so,
 * to->via is the last of them, to->via->before->via the one before that, and so on back to `from`.
 * A node where this search has been bears its number, `search`; so each is looked at once, however
 * many ways lead there.
 */
static bool leads_to(struct lock_node *from, struct lock_node *to)
{
    static struct lock_node *found[LOCKS_MAX];
    unsigned count = 0;

    search++;
    /* EXERCISE 3.4d (10 points): does a way lead back? */
    found[count++] = from;
    from->search = search;
    for (unsigned looked = 0; looked < count; looked++)
        for (struct lock_order *order = found[looked]->orders; order; order = order->next) {
            struct lock_node *after = order->after;
            if (after->search == search)
                continue;
            after->search = search;
            after->via = order;
            if (after == to)
                return true;
            found[count++] = after;
        }
    return false;
    /* END EXERCISE 3.4d */
}

/*
 * This CPU is about to take `lock` where `trace` says, and holds what is in the list. Reports what
 * lock_debug.h says is wrong (report_twice, report_circle), and remembers the orders that are new.
 * Where one of the locks has no node, sets `full` and looks no further; remember sets it itself.
 */
static void check_orders(const struct held_list *list, const struct spinlock *lock,
                         const struct trace *trace)
{
    /* EXERCISE 3.4c (10 points): before a lock is taken. */
    for (unsigned i = 0; i < list->count; i++)
        if (list->held[i].lock == lock)
            report_twice(&list->held[i], trace);

    struct lock_node *after = node_of(lock);
    for (unsigned i = 0; i < list->count; i++) {
        struct lock_node *before = node_of(list->held[i].lock);
        if (!before || !after) {
            full = true;
            return;
        }
        if (known(before, after))
            continue;
        if (leads_to(after, before))
            report_circle(before, after, trace);
        remember(before, after, trace);
    }
    /* END EXERCISE 3.4c */
}

static void say_full(void)
{
    static bool said;

    if (full && !said) {
        said = true; /* first: the console has a lock, too */
        kprintf("locks: too many of them; the rest is not watched\n");
    }
}

/* ---- the calls ------------------------------------------------------------------------------ */

void __wrap_spin_take(struct spinlock *lock)
{
    uint64_t flags = interrupts_save();
    struct held_list *list = &held_lists[cpu_number()];
    struct trace trace;
    struct name name;

    if (cpus_stopped) {
        __real_spin_take(lock);
        return;
    }
    if (flags & RFLAGS_IF)
        panic("%s is taken with interrupts on", name_of(lock, &name));
    trace_take(&trace, read_rbp());
    __real_spin_take(&own);
    check_orders(list, lock, &trace);
    __real_spin_release(&own);
    say_full();

    __real_spin_take(lock);
    if (list->count == HELD_MAX)
        panic("CPU %u holds %u locks at once", cpu_number(), HELD_MAX);
    list->held[list->count++] = (struct held){.lock = lock, .trace = trace};
}

void __wrap_spin_release(struct spinlock *lock)
{
    struct held_list *list = &held_lists[cpu_number()];
    unsigned at = list->count;
    struct name name;

    while (at > 0 && list->held[at - 1].lock != lock)
        at--;
    if (at == 0 && !cpus_stopped)
        panic("CPU %u releases %s, which it does not hold", cpu_number(), name_of(lock, &name));
    if (at > 0) {
        for (list->count--; at <= list->count; at++)
            list->held[at - 1] = list->held[at];
    }
    __real_spin_release(lock);
}
