import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sprintParameters } from '../../../src/architectures/sprint/parameters.ts';
import {
  checkParameters,
  choice,
  describeRange,
  group,
  integer,
  parameterNotes,
  powerOfTwo,
  real,
  showValue,
  toggle,
} from '../../../src/dsl/parameters.ts';

const schema = z.strictObject({
  dim: integer({ description: 'elements of a key', unit: 'elements', min: 1, max: 64, default: 16, source: 'a paper' }),
  banks: powerOfTwo({ description: 'banks', min: 1, max: 16, default: 4 }),
  sigma: real({ description: 'spread', min: 0, max: 0.5, default: 0.1 }),
  rounding: choice(['round', 'truncate'], { description: 'how', default: 'round' }),
  causal: toggle({ description: 'masks', default: false }),
  tile: group({ rows: integer({ description: 'word lines', unit: 'cells', min: 1, max: 8, default: 2 }) }, 'the tiles'),
});

describe('what a schema says of itself', () => {
  test('JSON Schema carries description, unit, range, default and source', () => {
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: {
        dim: {
          type: 'integer',
          minimum: 1,
          maximum: 64,
          default: 16,
          description: 'elements of a key',
          unit: 'elements',
          source: 'a paper',
        },
        banks: { type: 'integer', minimum: 1, maximum: 16, default: 4, powerOfTwo: true },
        sigma: { type: 'number', minimum: 0, maximum: 0.5, default: 0.1, description: 'spread' },
        rounding: { enum: ['round', 'truncate'], default: 'round', description: 'how' },
        causal: { type: 'boolean', default: false, description: 'masks' },
        tile: {
          type: 'object',
          description: 'the tiles',
          properties: { rows: { type: 'integer', default: 2, unit: 'cells', description: 'word lines' } },
        },
      },
    });
  });

  test('every parameter of SPRINT has a description, and a default or what holds without', () => {
    const visit = (node: Record<string, unknown>, path: string): string[] =>
      Object.entries((node['properties'] ?? {}) as Record<string, Record<string, unknown>>).flatMap(([name, p]) =>
        p['properties']
          ? visit(p, `${path}${name}.`)
          : p['description'] && ('default' in p || (p['description'] as string).endsWith('if not given'))
            ? []
            : [path + name],
      );
    expect(visit(z.toJSONSchema(sprintParameters, { io: 'input' }), '')).toEqual([]);
  });

  test('notes by dotted path', () => {
    expect(parameterNotes(schema)).toEqual({
      dim: { description: 'elements of a key', unit: 'elements', source: 'a paper' },
      banks: { description: 'banks' },
      sigma: { description: 'spread' },
      rounding: { description: 'how' },
      causal: { description: 'masks' },
      'tile.rows': { description: 'word lines', unit: 'cells' },
    });
  });

  test.each([
    [schema.shape.dim, 'a whole number from 1 to 64'],
    [schema.shape.banks, 'a power of two from 1 to 16'],
    [schema.shape.sigma, 'a number from 0 to 0.5'],
    [schema.shape.rounding, 'one of round, truncate'],
    [schema.shape.causal, 'true or false'],
    [z.number(), 'a number'],
    [z.int(), 'a whole number'],
    [z.number().min(3), 'a number from 3'],
    [z.number().max(3), 'a number up to 3'],
    [z.string(), 'a string'],
    [z.array(z.string()), 'an array'],
    [schema.shape.tile, 'an object'],
    [z.custom(), 'a value'],
  ])('range %#: %2$s', (node, said) => {
    expect(describeRange(node)).toBe(said);
  });
});

describe('checking', () => {
  const check = (given: unknown) => {
    const { value, problems } = checkParameters(schema, given, 'part');
    return { value, lines: problems.map((p) => `${p.code} ${p.path}: ${p.message} ${p.fix ?? ''}`) };
  };

  test('defaults are filled in', () => {
    expect(check({ tile: {} }).value).toEqual({
      dim: 16,
      banks: 4,
      sigma: 0.1,
      rounding: 'round',
      causal: false,
      tile: { rows: 2 },
    });
  });

  test('every problem, with what goes on in their place', () => {
    expect(
      check({ dim: 0, banks: 6, sigma: Number.NaN, rounding: 'up', causal: 1, tile: { rows: 9, columns: 1 }, x: 1 }),
    ).toEqual({
      value: { dim: 16, banks: 4, sigma: 0.1, rounding: 'round', causal: false, tile: { rows: 2 } },
      lines: [
        'PR0102 part.dim: 0 is not valid: Too small: expected number to be >=1. use a whole number from 1 to 64.',
        'PR0102 part.banks: 6 is not valid: must be a power of two from 1 to 16. use a power of two from 1 to 16.',
        'PR0102 part.sigma: NaN is not valid: Invalid input: expected number, received NaN. use a number from 0 to 0.5.',
        'PR0102 part.rounding: "up" is not valid: Invalid option: expected one of "round"|"truncate". use one of round, truncate.',
        'PR0102 part.causal: 1 is not valid: Invalid input: expected boolean, received number. use true or false.',
        'PR0102 part.tile.rows: 9 is not valid: Too big: expected number to be <=8. use a whole number from 1 to 8.',
        'PR0101 part.tile.columns: there is no such parameter. use one of rows.',
        'PR0101 part.x: there is no such parameter. use one of dim, banks, sigma, rounding, causal, tile.',
      ],
    });
  });

  test.each([null, 5, 'text', [], () => 1])('parameters that are no object: %s', (given) => {
    const { value, lines } = check(given);
    expect(value).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^PR0102 part: .* is not valid: Invalid input: expected object/);
  });

  test('what is given stays as it was', () => {
    const given = { dim: 0, tile: { rows: 99 }, x: () => 1 };
    check(given);
    expect(given).toEqual({ dim: 0, tile: { rows: 99 }, x: expect.any(Function) });
  });
});

test.each([
  [Number.NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  [undefined, 'undefined'],
  [null, 'null'],
  ['a"b', '"a\\"b"'],
  [12n, '12'],
  [{ a: [1, 2n] }, '{"a":[1,"2"]}'],
  [() => 1, 'a function'],
  [Symbol('s'), 'Symbol(s)'],
])('shown: %s', (value, text) => {
  expect(showValue(value)).toBe(text);
});
