/** The register block by single accesses: what answers, what an access does, in any order of address and data. */
import { describe, expect, test } from 'vitest';
import { type Access, Job, prompt, Results } from '../../src/explore/system/job.ts';
import { openSystem } from '../../src/sim/system.ts';
import { fieldMask, isWritable, registersOf, resetValue } from '../../src/components/register-map.ts';
import { Random } from '../../src/explore/verify/random.ts';
import { systemCase } from './system-cases.ts';

const { system } = systemCase('sprint', { kind: 'memory', dataBits: 32, addressBits: 32 });
const registers = registersOf(system.map);
const at = (name: string): number => registers.find((r) => r.name === name)!.offset;
const [okay, slaveError] = [0, 2];

async function accesses(all: readonly Access[]) {
  const job = new Job(system);
  job.manner(prompt);
  for (const a of all) job.access(a);
  const results = new Results(await (await openSystem(system, { brief: true })).run(job.done));
  return all.map(() => results.access());
}

const read = (address: number, more: Partial<Access> = {}): Access => ({ write: false, address, ...more });
const write = (address: number, data: number, more: Partial<Access> = {}): Access => ({
  write: true,
  address,
  data,
  ...more,
});

describe('registers', () => {
  test('every register has its value after reset; every other address answers SLVERR', async () => {
    const addresses = Array.from({ length: 2 ** (system.map.addressBits - 2) }, (_, i) => 4 * i);
    const found = await accesses(addresses.map((a) => read(a)));
    addresses.forEach((address, i) => {
      const register = registers.find((r) => r.offset === address);
      const expected = register ? { response: okay, data: resetValue(register) } : { response: slaveError, data: 0 };
      expect({ address, ...found[i] }).toEqual({ address, ...expected, irq: 0 });
    });
  });

  test('what can be written keeps it, field by field and byte by byte; the rest answers SLVERR and stays', async () => {
    const r = new Random(4, 0);
    const plain = registers.filter((x) => x.name !== 'control');
    const trials = plain.map((register) => {
      const [first, second, strobe] = [r.word(), r.word(), r.integer(0, 15)];
      return { register, first, second, strobe };
    });
    const found = await accesses(
      trials.flatMap(({ register, first, second, strobe }) => [
        write(register.offset, first),
        write(register.offset, second, { strobe }),
        read(register.offset),
      ]),
    );
    trials.forEach(({ register, first, second, strobe }, i) => {
      const [a, b, c] = found.slice(3 * i, 3 * i + 3);
      const bytes = [0, 1, 2, 3].reduce((m, n) => m + ((strobe >> n) & 1 ? 255 * 2 ** (8 * n) : 0), 0);
      const merged = ((first & ~bytes) | (second & bytes)) >>> 0;
      const kept = register.fields.reduce((m, f) => m + (f.access === 'rw' ? fieldMask(f) : 0), 0);
      const rest = register.fields.reduce((m, f) => m + (f.access === 'constant' ? f.value * 2 ** f.low : 0), 0);
      const answer = isWritable(register) ? okay : slaveError;
      expect([register.name, a!.response, b!.response]).toEqual([register.name, answer, answer]);
      expect([register.name, c!.data]).toEqual([register.name, ((merged & kept) >>> 0) + rest]);
    });
  });

  test('address before data, data before address, answers that wait', async () => {
    const delays = [
      [0, 0, 0],
      [5, 0, 0],
      [0, 5, 0],
      [3, 1, 9],
      [0, 7, 12],
    ] as const;
    const found = await accesses(
      delays.flatMap((d, i) => [
        write(at('calibration'), 1000 + i, { delays: d }),
        read(at('calibration'), { delays: d }),
      ]),
    );
    expect(found.map((f) => [f.response, f.data])).toEqual(
      delays.flatMap((_, i) => [
        [0, 0],
        [0, 1000 + i],
      ]),
    );
  });

  test('the interrupt: enabled events raise it, a 1 that is written clears', async () => {
    const found = await accesses([
      write(at('length'), 0),
      write(at('control'), 1), // refused: no tokens
      read(at('interrupt_status')),
      read(at('error')),
      write(at('interrupt_enable'), 2),
      read(at('interrupt_enable')),
      write(at('error'), 0),
      read(at('error')),
      write(at('error'), 2),
      read(at('error')),
      write(at('interrupt_status'), 1),
      read(at('interrupt_status')),
      write(at('interrupt_status'), 2),
      read(at('interrupt_status')),
    ]);
    expect(found.map((f) => [f.data, f.irq])).toEqual([
      [0, 0],
      [0, 0],
      [2, 0],
      [2, 0],
      [0, 1],
      [2, 1],
      [0, 1],
      [2, 1],
      [0, 1],
      [0, 1],
      [0, 1],
      [2, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  test('during a run what describes it is locked, and a second start is told', async () => {
    const found = await accesses([
      write(at('length'), 12),
      write(at('control'), 1),
      read(at('status')),
      write(at('length'), 3),
      read(at('length')),
      write(at('control'), 1),
      read(at('error')),
    ]);
    expect(found.map((f) => f.response)).toEqual([okay, okay, okay, slaveError, okay, okay, okay]);
    expect([found[2]!.data & 1, found[4]!.data, found[6]!.data]).toEqual([1, 12, 1]);
  });
});
