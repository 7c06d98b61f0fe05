/* SPDX-License-Identifier: MIT */
/* eva-memory.h - the memory that eva-exchange.c gives to the exchange; included before each file */
#pragma once

#include <stdlib.h>

void *take_memory(size_t count, size_t size);
void give_back_memory(const void *memory);

#define calloc(count, size) take_memory(count, size)
#define free(memory) give_back_memory(memory)
