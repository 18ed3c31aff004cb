/* Priorities of POSIX, -20 to 20, as weights: each step is a quarter more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PRIORITY_MIN (-20)
#define PRIORITY_MAX 20

/* The weight of a priority between the two; WEIGHT_NORMAL for 0. */
uint32_t weight_of_priority(int priority);

/* Which priority has a weight of weight_of_priority. */
int priority_of_weight(uint32_t weight);
