/* SPDX-License-Identifier: MIT */
/* eva-memory.h - the memory that eva-….c give to what they run; included before each file */
#pragma once

#include <stdlib.h>

void *take_memory(size_t count, size_t size);
void *move_memory(void *memory, size_t size);
void give_back_memory(const void *memory);

#define calloc(count, size) take_memory(count, size)
#define realloc(memory, size) move_memory(memory, size)
#define free(memory) give_back_memory(memory)
