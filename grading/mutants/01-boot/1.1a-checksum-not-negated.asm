; MUTANT 1.1a: the checksum is the sum itself, not what makes the sum 0. CAUGHT BY:
; 1.1/header_is_valid
FLAGS   equ MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_AOUT_KLUDGE
        dd MULTIBOOT_HEADER_MAGIC
        dd FLAGS
        dd MULTIBOOT_HEADER_MAGIC + FLAGS
        dd multiboot_header             ; header_addr
        dd loader_start                 ; load_addr
        dd loader_data_end              ; load_end_addr
        dd loader_bss_end               ; bss_end_addr
        dd _start                       ; entry_addr
