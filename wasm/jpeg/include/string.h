/* The compiler turns these into the instructions memory.copy and memory.fill. */
#include <stddef.h>
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
