/* The driver's registers are those of a simulated design: accesses become transactions on its bus. */
#ifndef PRUNUS_HOST_H
#define PRUNUS_HOST_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
uint32_t prunus_read32(uintptr_t address);
void prunus_write32(uintptr_t address, uint32_t value);
#ifdef __cplusplus
}
#endif
#endif
