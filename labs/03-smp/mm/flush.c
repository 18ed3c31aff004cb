/* A batch of pages to be flushed everywhere, and of tables' frames to be freed after that. */
#include "mm/flush.h"

#include "exercise.h"
#include "mm/frames.h"
#include "smp/shootdown.h"
#include "smp/smp.h"
#include "x86.h"

static vaddr_t pages[SHOOTDOWN_PAGES];
static unsigned count;  /* of pages to flush; SHOOTDOWN_PAGES + 1: more than there is room for */
static uint32_t tables; /* the first frame that waits, by number, or 0; its note is the next one */

void flush_page(vaddr_t address)
{
    invlpg(address);
    if (!smp_active)
        return;
    /* EXERCISE 3.8c (10 points): collect what the others have to flush. */
    /* HANDOUT: (void)pages; */
    if (count < SHOOTDOWN_PAGES)
        pages[count++] = address;
    else
        count = SHOOTDOWN_PAGES + 1;
    /* END EXERCISE 3.8c */
}

void flush_table(paddr_t frame, unsigned order)
{
    /* EXERCISE 3.8d (10 points): a table that another CPU may be walking through. */
    /* HANDOUT: frame_free(frame, order); */
    if (!smp_active) {
        frame_free(frame, order);
        return;
    }
    *frame_note(frame) = tables;
    tables = frame / PAGE_SIZE;
    /* END EXERCISE 3.8d */
}

void flush_finish(void)
{
    shootdown(pages, count);
    count = 0;
    while (tables) {
        paddr_t frame = (paddr_t)tables * PAGE_SIZE;
        tables = *frame_note(frame);
        frame_free(frame, 0);
    }
}
