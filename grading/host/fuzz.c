/* A libFuzzer target: -DJUDGE=elf_judge makes it that of the ELF parser. */
#include "test.h"

judge_function JUDGE;

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    JUDGE(input, size);
    return 0;
}
