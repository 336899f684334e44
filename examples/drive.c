/* One layer of attention on SPRINT-S in a system on chip: four heads, started by one write. */
#include "sprint_s.h"

#define HEADS 4u
#define REGISTERS 0x40000000u /* where the system puts the registers */

/* Rows begin at a multiple of a transfer; here nothing lies between them. */
static int8_t q[HEADS][SPRINT_S_TOKENS][SPRINT_S_DIM] __attribute__((aligned(SPRINT_S_TRANSFER_BYTES)));
static int8_t k[HEADS][SPRINT_S_TOKENS][SPRINT_S_DIM] __attribute__((aligned(SPRINT_S_TRANSFER_BYTES)));
static int8_t v[HEADS][SPRINT_S_TOKENS][SPRINT_S_DIM] __attribute__((aligned(SPRINT_S_TRANSFER_BYTES)));
static int16_t out[HEADS][SPRINT_S_TOKENS][SPRINT_S_DIM] __attribute__((aligned(SPRINT_S_TRANSFER_BYTES)));
/* What differs from head to head: scales, thresholds. */
static uint32_t records[HEADS][SPRINT_S_RECORD_BYTES / 4] __attribute__((aligned(SPRINT_S_TRANSFER_BYTES)));

#define ROW(x) sizeof(x[0][0])
#define PLACE(x) { (uintptr_t)(x), ROW(x), SPRINT_S_TOKENS * ROW(x) }

sprint_s_status attend(const sprint_s_settings settings[HEADS], sprint_s_counters *counters)
{
  sprint_s_device device;
  const sprint_s_run run = {
    .heads = HEADS, .length = SPRINT_S_TOKENS, .prune = true,
    .q = PLACE(q), .k = PLACE(k), .v = PLACE(v), .o = PLACE(out),
    .records = (uintptr_t)records,
  };
  sprint_s_status status = sprint_s_open(&device, REGISTERS);
  for (unsigned h = 0; h < HEADS; h++) sprint_s_record(records[h], &settings[h]);
  if (status == SPRINT_S_OK) status = sprint_s_start(&device, &run);
  if (status == SPRINT_S_OK) status = sprint_s_wait(&device, 1000000u);
  if (status == SPRINT_S_OK) sprint_s_read_counters(&device, counters);
  return status;
}
