/** Documents of a register map, read back by a parser that knows nothing of it, and compared with it. */
import { DOMParser, type Element } from '@xmldom/xmldom';
import { describe, expect, test } from 'vitest';
import { presets } from '../../../src/architectures/names.ts';
import { architectures } from '../../../src/architectures/registry.ts';
import { registerMap, registersOf, resetValue } from '../../../src/components/register-map.ts';
import { portElements } from '../../../src/dsl/ports.ts';
import { registerHtml, registerMarkdown } from '../../../src/system/documents.ts';
import { systemIpXact } from '../../../src/system/ip-xact.ts';
import { registerSvd } from '../../../src/system/svd.ts';
import { systemOf } from '../../../src/system/system.ts';

const systems = presets().flatMap(({ name, architecture, parameters }) =>
  (['stream', 'memory'] as const).map((kind) => {
    const part = architectures[architecture]!.make(parameters);
    return { name: `${name}, ${kind}`, system: systemOf(part, name.replaceAll('-', '_'), { kind }) };
  }),
);

/** Throws where the text is no XML. */
const parse = (text: string): Element =>
  new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(text, 'text/xml').documentElement!;

const within = (of: Element, tag: string): Element[] => Array.from(of.getElementsByTagName(tag)) as Element[];
/** Text of a child, `undefined` where there is none. */
const child = (of: Element, tag: string): string | undefined =>
  (Array.from(of.childNodes) as Element[]).find((n) => n.nodeName === tag)?.textContent ?? undefined;

const number = (text: string | undefined): number => Number(text?.replace("'h", '0x'));

const access = {
  rw: ['read-write', undefined],
  ro: ['read-only', undefined],
  constant: ['read-only', undefined],
  pulse: ['write-only', undefined],
  w1c: ['read-write', 'oneToClear'],
} as const;

describe.each(systems)('$name', ({ system }) => {
  const { map } = system;
  const registers = registersOf(map);

  test('CMSIS-SVD has every register and every field', () => {
    const root = parse(registerSvd(map));
    const found = within(root, 'register').map((r) => ({
      name: child(r, 'name'),
      offset: number(child(r, 'addressOffset')),
      reset: number(child(r, 'resetValue')),
      description: child(r, 'description'),
      fields: within(r, 'field').map((f) => [
        child(f, 'name'),
        number(child(f, 'bitOffset')),
        number(child(f, 'bitWidth')),
        child(f, 'access'),
        child(f, 'modifiedWriteValues'),
        child(f, 'description'),
      ]),
    }));
    expect(found).toEqual(
      registers.map((r) => ({
        name: r.name.toUpperCase(),
        offset: r.offset,
        reset: resetValue(r),
        description: r.description,
        fields: r.fields.map((f) => [f.name.toUpperCase(), f.low, f.bits, ...access[f.access], f.description]),
      })),
    );
  });

  test('IP-XACT has every register, every field, every bus and every pin', () => {
    const root = parse(systemIpXact(system, 'top'));
    const x = (name: string) => `ipxact:${name}`;
    const found = within(root, x('register')).map((r) => ({
      name: child(r, x('name')),
      offset: number(child(r, x('addressOffset'))),
      fields: within(r, x('field')).map((f) => [
        child(f, x('name')),
        number(child(f, x('bitOffset'))),
        number(child(f, x('bitWidth'))),
        child(f, x('access')),
        child(f, x('modifiedWriteValue')),
        within(f, x('value'))[0] ? number(within(f, x('value'))[0]!.textContent ?? '') : undefined,
      ]),
    }));
    const reserved = ['RESERVED', 0, 32, 'read-only', undefined, 0];
    expect(found).toEqual(
      registers.map((r) => ({
        name: r.name.toUpperCase(),
        offset: r.offset,
        fields:
          r.fields.length === 0
            ? [reserved]
            : r.fields.map((f) => [
                f.name.toUpperCase(),
                f.low,
                f.bits,
                ...access[f.access],
                f.access === 'ro' ? undefined : f.value,
              ]),
      })),
    );
    const buses = portElements(system.part.ports).filter((p) => p.kind.kind === 'interface');
    expect(within(root, x('busInterface')).map((b) => child(b, x('name')))).toEqual(buses.map((b) => b.name));
    const pins = new Set(within(root, x('port')).map((p) => child(p, x('name'))));
    for (const p of within(root, x('physicalPort'))) expect(pins).toContain(child(p, x('name')));
  });

  test('both tables name every register at its place, and every field', () => {
    const markdown = registerMarkdown(map);
    const html = parse(registerHtml(map).replace(/^.*\n/, ''));
    const cells = within(html, 'tr').map((row) => within(row, 'td').map((c) => c.textContent));
    for (const r of registers) {
      const [offset, name] = [`0x${r.offset.toString(16).padStart(3, '0')}`, r.name.toUpperCase()];
      expect(markdown).toContain(`| ${offset} | ${name} |`);
      const at = cells.findIndex((c) => c[0] === offset && c[1] === name);
      expect(at).toBeGreaterThanOrEqual(0);
      if (r.fields.some((f) => f.name !== 'value'))
        expect(cells.slice(at + 1, at + 1 + r.fields.length).map((c) => c[3])).toEqual(
          r.fields.map((f) => f.name.toUpperCase()),
        );
    }
  });

  test('no two registers share an address, no two fields a bit', () => {
    expect(new Set(registers.map((r) => r.offset)).size).toBe(registers.length);
    for (const { name, fields } of registers) {
      const bits = fields.flatMap((f) => Array.from({ length: f.bits }, (_, i) => f.low + i));
      expect([name, new Set(bits).size, Math.max(-1, ...bits) < 32]).toEqual([name, bits.length, true]);
    }
  });
});

test('every counter of a design has a register', () => {
  for (const { system } of systems)
    for (const { name } of system.core.counters)
      expect(registersOf(system.map).map((r) => r.name)).toContain(`count_${name}`);
});

test('designs that differ have other hashes', () => {
  const hashes = systems.map(
    ({ system }) => registersOf(system.map).find((r) => r.name === 'parameter_hash')!.fields[0]!.value,
  );
  expect(new Set(hashes).size).toBe(systems.length);
});

describe('a map that does not fit', () => {
  const field = (bits: number, more: object = {}) => ({ bits, access: 'rw', description: '', ...more }) as const;
  test.each([
    ['bits that overlap', { a: field(4), b: field(4, { low: 2 }) }, 'bits 2 to 5 are taken, or beyond 31'],
    ['too many bits', { a: field(20), b: field(13) }, 'bits 20 to 32 are taken, or beyond 31'],
    ['a value too large', { a: field(4, { value: 16 }) }, '16 does not fit in 4 bits'],
  ])('%s', (_, fields, message) => {
    expect(() => registerMap('m', '', [{ title: 'g', registers: { r: { description: '', fields } } }])).toThrow(
      new RegExp(`PR1001 r\\.[ab]: ${message}`),
    );
  });
  test('groups that overlap, names that are there twice', () => {
    const group = (at: number) => ({ title: 'g', at, registers: { r: { description: '', fields: {} } } });
    expect(() => registerMap('m', '', [group(0), group(0)])).toThrow(/the group cannot begin at 0.*two registers/s);
  });
});
