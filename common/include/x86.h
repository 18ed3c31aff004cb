/*
 * The processor: control registers, descriptors and page-table entries by the names that Intel
 * gives them, and one-instruction wrappers. This header holds all inline assembly of Pagurus.
 *
 * Source: Intel SDM, volume 3A, by the numbers of the 2021 edition; later ones count chapters 7 and
 * up one higher. The section stands at each group.
 */
#pragma once

#include <stdint.h>

/* Control registers (SDM vol. 3A §2.5). */
#define CR0_PE (1ul << 0)  /* protected mode */
#define CR0_MP (1ul << 1)  /* WAIT obeys CR0.TS */
#define CR0_EM (1ul << 2)  /* no FPU: every FPU and SSE instruction faults */
#define CR0_TS (1ul << 3)  /* task switched: the next FPU instruction faults */
#define CR0_NE (1ul << 5)  /* FPU errors are reported as exception 16 */
#define CR0_WP (1ul << 16) /* the kernel too obeys read-only pages */
#define CR0_PG (1ul << 31) /* paging */

#define CR4_PAE        (1ul << 5)  /* 8-byte page-table entries */
#define CR4_PGE        (1ul << 7)  /* global pages stay in the TLB when CR3 is loaded */
#define CR4_OSFXSR     (1ul << 9)  /* SSE instructions are allowed */
#define CR4_OSXMMEXCPT (1ul << 10) /* SSE errors are reported as exception 19 */
#define CR4_FSGSBASE   (1ul << 16) /* WRFSBASE and its like are allowed */
#define CR4_OSXSAVE    (1ul << 18) /* XSAVE and XSETBV are allowed */

/* Extended feature enable register (SDM vol. 3A §2.2.1). */
#define MSR_EFER 0xc0000080u
#define EFER_LME (1ul << 8)  /* long mode wanted */
#define EFER_LMA (1ul << 10) /* long mode active; the processor sets it */
#define EFER_NXE (1ul << 11) /* page-table bit 63 means no-execute */

/* Page-table entries (SDM vol. 3A §4.5). */
#define PTE_P         (1ul << 0)           /* present */
#define PTE_W         (1ul << 1)           /* writable */
#define PTE_U         (1ul << 2)           /* user mode may use it */
#define PTE_PWT       (1ul << 3)           /* with PCD: how it is cached */
#define PTE_PCD       (1ul << 4)           /* not cached */
#define PTE_A         (1ul << 5)           /* accessed; the processor sets it */
#define PTE_D         (1ul << 6)           /* dirty; the processor sets it */
#define PTE_PS        (1ul << 7)           /* in a PDPT or PD: this entry maps a page itself */
#define PTE_G         (1ul << 8)           /* of a page: global, with CR4.PGE */
#define PTE_NX        (1ul << 63)          /* no-execute, with EFER.NXE */
#define PTE_ADDR      0x000ffffffffff000ul /* where the page or the next table lies */
#define PTE_KEY_SHIFT 59 /* of a page: bits 59-62 are its protection key (§4.6.2) */

/* Page-fault error code (SDM vol. 3A §4.7). */
#define PF_PRESENT  (1u << 0) /* 0: the page is absent; 1: the access was not allowed */
#define PF_WRITE    (1u << 1)
#define PF_USER     (1u << 2)
#define PF_RESERVED (1u << 3) /* a reserved bit is set in a table entry */
#define PF_FETCH    (1u << 4) /* instruction fetch */

#define MSR_APIC_BASE    0x1bu
#define APIC_BASE_X2APIC (1ul << 10) /* x2APIC mode (SDM vol. 3A §10.12.1) */
#define APIC_BASE_ENABLE (1ul << 11)
#define MSR_FS_BASE      0xc0000100u
#define MSR_GS_BASE      0xc0000101u

/* CPUID leaves (SDM vol. 2A, CPUID). */
#define CPUID_1_X2APIC      (1u << 21) /* leaf 1, ecx */
#define CPUID_1_XSAVE       (1u << 26)
#define CPUID_1_AVX         (1u << 28)
#define CPUID_7_FSGSBASE    (1u << 0) /* leaf 7, ebx */
#define CPUID_EXTENDED      0x80000001u
#define CPUID_EXTENDED_1GIB (1u << 26) /* edx: pages of 1 GiB */

/* Exception vectors (SDM vol. 3A table 6-1). */
#define VECTOR_DE  0  /* divide error */
#define VECTOR_DB  1  /* debug */
#define VECTOR_NMI 2  /* non-maskable interrupt */
#define VECTOR_BP  3  /* breakpoint */
#define VECTOR_OF  4  /* overflow */
#define VECTOR_BR  5  /* bound range exceeded */
#define VECTOR_UD  6  /* invalid opcode */
#define VECTOR_NM  7  /* device (FPU) not available */
#define VECTOR_DF  8  /* double fault */
#define VECTOR_TS  10 /* invalid TSS */
#define VECTOR_NP  11 /* segment not present */
#define VECTOR_SS  12 /* stack-segment fault */
#define VECTOR_GP  13 /* general protection */
#define VECTOR_PF  14 /* page fault */
#define VECTOR_MF  16 /* x87 floating-point error */
#define VECTOR_AC  17 /* alignment check */
#define VECTOR_MC  18 /* machine check */
#define VECTOR_XM  19 /* SIMD floating-point error */
#define VECTOR_CP  21 /* control protection */

#define RFLAGS_IF (1ul << 9) /* interrupts on */

/* What LGDT and LIDT load (SDM vol. 3A §3.5.1). */
struct descriptor_table {
    uint16_t limit; /* size in bytes, minus one */
    uint64_t base;
} __attribute__((packed));

/* A gate of the IDT in 64-bit mode (SDM vol. 3A §6.14.1). */
struct idt_gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;  /* 0: stay on the stack; 1 to 7: take the TSS's IST stack */
    uint8_t type; /* P, DPL and the gate's type */
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};
#define GATE_INTERRUPT 0x8e /* present, DPL 0, 64-bit interrupt gate: enters with IF = 0 */

/* The task-state segment in 64-bit mode (SDM vol. 3A §7.7). */
struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7]; /* ist[0] is the stack that the manual calls IST1 */
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map_base; /* offset of the I/O permission map; past the limit: none */
} __attribute__((packed));

/* Segment descriptors (SDM vol. 3A §3.4.5 and §7.2.3). */
#define SEGMENT_RW   (1ull << 41) /* code may be read; data may be written */
#define SEGMENT_CODE (1ull << 43)
#define SEGMENT_S    (1ull << 44) /* code or data, and no system segment */
#define SEGMENT_P    (1ull << 47) /* present */
#define SEGMENT_L    (1ull << 53) /* 64-bit code */
#define GDT_CODE64   (SEGMENT_P | SEGMENT_S | SEGMENT_CODE | SEGMENT_RW | SEGMENT_L)
#define GDT_DATA     (SEGMENT_P | SEGMENT_S | SEGMENT_RW)
#define GDT_TSS64    0x89ull /* type byte of an available 64-bit TSS, present */

#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS  0x18 /* takes two entries of the GDT */

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline uint64_t read_cr0(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr2(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline void write_cr2(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr2" : : "r"(value));
}

static inline uint64_t read_cr3(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr4(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static inline void write_cr0(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void write_cr3(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void write_cr4(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint64_t read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return low | (uint64_t)high << 32;
}

static inline void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"(value >> 32) : "memory");
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid found;
    __asm__ volatile("cpuid"
                     : "=a"(found.eax), "=b"(found.ebx), "=c"(found.ecx), "=d"(found.edx)
                     : "a"(leaf), "c"(subleaf));
    return found;
}

static inline uint64_t read_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low | (uint64_t)high << 32;
}

/* Clears `count` words of 8 bytes. */
static inline void clear_words(void *words, uint64_t count)
{
    __asm__ volatile("rep stosq" : "+D"(words), "+c"(count) : "a"(0ul) : "memory");
}

/* The address that this function's frame keeps the caller's rbp at. */
static inline uint64_t read_rbp(void)
{
    uint64_t value;
    __asm__ volatile("mov %%rbp, %0" : "=r"(value));
    return value;
}

static inline void load_gdt(const struct descriptor_table *table)
{
    __asm__ volatile("lgdt %0" : : "m"(*table) : "memory");
}

static inline void load_idt(const struct descriptor_table *table)
{
    __asm__ volatile("lidt %0" : : "m"(*table) : "memory");
}

static inline struct descriptor_table store_idt(void)
{
    struct descriptor_table table;
    __asm__ volatile("sidt %0" : "=m"(table));
    return table;
}

static inline void load_tr(uint16_t selector)
{
    __asm__ volatile("ltr %0" : : "r"(selector) : "memory");
}

static inline void invlpg(uint64_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void interrupts_off(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline void interrupts_on(void)
{
    __asm__ volatile("sti" : : : "memory");
}

/* STI lets one more instruction run before an interrupt: none is lost between the two. */
static inline void interrupts_on_and_halt(void)
{
    __asm__ volatile("sti; hlt" : : : "memory");
}

/* Switches interrupts off and returns RFLAGS as it was. */
static inline uint64_t interrupts_save(void)
{
    uint64_t flags;
    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void interrupts_restore(uint64_t flags)
{
    __asm__ volatile("pushq %0; popfq" : : "r"(flags) : "memory", "cc");
}

/* In a loop that waits for another processor (SDM vol. 2B, PAUSE). */
static inline void pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* Nothing. */
static inline void nop(void)
{
    __asm__ volatile("nop" : : : "memory");
}

/* Extended control register 0: which parts of the state XSAVE saves (SDM vol. 1 §13.3). */
static inline void write_xcr0(uint64_t value)
{
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"(value >> 32));
}

/* With CR4.FSGSBASE. */
static inline uint64_t read_fs_base(void)
{
    uint64_t value;
    __asm__ volatile("rdfsbase %0" : "=r"(value));
    return value;
}

static inline void write_fs_base(uint64_t value)
{
    __asm__ volatile("wrfsbase %0" : : "r"(value) : "memory");
}

/* The word at an offset from the GS base. */
static inline uint64_t read_gs(uint64_t offset)
{
    uint64_t value;
    __asm__ volatile("movq %%gs:(%1), %0" : "=r"(value) : "r"(offset) : "memory");
    return value;
}

/* Adds to the 32-bit word at an offset from the GS base, in one instruction. */
static inline void gs_add(uint64_t offset, uint32_t value)
{
    __asm__ volatile("addl %1, %%gs:(%0)" : : "r"(offset), "ri"(value) : "memory", "cc");
}

static inline void halt(void)
{
    __asm__ volatile("hlt" : : : "memory");
}
