/* Makes ELF images: good ones, drawn at random, and what becomes of them when fields change. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct made_image {
    _Alignas(8) uint8_t bytes[4096];
    size_t size;
    size_t phoff;
    unsigned segments;
};

/* A good image with `segments` program headers of which at least one is to be loaded. */
void make_image(struct made_image *image, unsigned segments);

/* Numbers in the file, little endian. */
void put_number(struct made_image *image, size_t offset, unsigned width, uint64_t value);

/* Gives the field of `width` bytes at `offset` another value: near the old one, or at a limit. */
void change_field(struct made_image *image, size_t offset, unsigned width);

/* One to four changes of any kind. */
void mutate_image(struct made_image *image);
