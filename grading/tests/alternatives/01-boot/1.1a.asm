        dd 0x1badb002, 0x00010003, 0xe4514ffb
        dd multiboot_header, loader_start, loader_data_end, loader_bss_end, _start
