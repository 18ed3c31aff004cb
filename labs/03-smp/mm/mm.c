/* Memory management is set up in six steps; each needs the ones before. */
#include "mm/mm.h"

#include "mm/address_space.h"
#include "mm/direct.h"
#include "mm/frames.h"
#include "mm/page_fault.h"
#include "mm/stacks.h"

void mm_init(const struct boot_info *info)
{
    direct_map_borrow();
    info = direct((paddr_t)info);
    frames_init(info);
    address_space_init(info);
    frames_init_high(info);
    stacks_init();
    page_fault_init();
}
