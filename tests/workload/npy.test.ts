import { mkdtempSync, readdirSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PrunusError } from '../../src/errors.ts';
import { encodeNpy, type NpyData, readNpy, writeNpy } from '../../src/workload/npy.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prunus-npy-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file built byte by byte, independently of `encodeNpy`. */
function npy(dict: string, data: Uint8Array, version = 1): Buffer {
  const text = Buffer.from(dict, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from([0x93, 78, 85, 77, 80, 89, version, 0]), length, text, data]);
}

const dictOf = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function failure(path: string): PrunusError {
  try {
    readNpy(path);
  } catch (error) {
    if (error instanceof PrunusError) return error;
    throw error;
  }
  throw new Error('read without an error');
}

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe('reading', () => {
  test.each([1, 2, 3])('version %i', (version) => {
    const path = put('v.npy', npy(dictOf('<f4', '(2, 1)'), floats(1.5, -2), version));
    expect(readNpy(path)).toEqual({ dtype: 'float32', shape: [2, 1], data: new Float32Array([1.5, -2]) });
  });

  test.each([
    ['<f8', new Uint8Array(Float64Array.of(0.1, 2).buffer), Float32Array.of(0.1, 2), 'float32'],
    ['|i1', Uint8Array.of(128, 127), Int8Array.of(-128, 127), 'int8'],
    ['<i2', Uint8Array.of(0, 128, 255, 127), Int16Array.of(-32768, 32767), 'int16'],
    ['<i4', Uint8Array.of(0, 0, 0, 128, 1, 0, 0, 0), Int32Array.of(-(2 ** 31), 1), 'int32'],
  ])('dtype %s', (descr, bytes, data, dtype) => {
    const path = put('d.npy', npy(dictOf(descr, '(2,)'), bytes));
    expect(readNpy(path)).toEqual({ dtype, shape: [2], data });
  });

  test('a single number, double quotes, Python 2 longs, odd spacing', () => {
    expect(readNpy(put('a.npy', npy(dictOf('<f4', '()'), floats(3)))).shape).toEqual([]);
    const odd = '{"shape":(2L,\n1L),"fortran_order" :False , "descr":"<f4"}   \n';
    expect(readNpy(put('b.npy', npy(odd, floats(3, 4)))).shape).toEqual([2, 1]);
  });

  test('one-dimensional Fortran order is the same thing as C order', () => {
    expect(readNpy(put('c.npy', npy(dictOf('<f4', '(1,)', 'True'), floats(3)))).data[0]).toBe(3);
  });
});

const good = npy(dictOf('<f4', '(2, 2)'), floats(1, 2, 3, 4));
const hostile: [string, string, RegExp, Uint8Array][] = [
  ['an empty file', 'PR0402', /empty/, Buffer.alloc(0)],
  ['another format', 'PR0402', /not a \.npy/, Buffer.from('PK\x03\x04 a zip archive')],
  ['a short magic', 'PR0402', /not a \.npy/, good.subarray(0, 5)],
  ['only the magic', 'PR0403', /cut short inside the header/, good.subarray(0, 6)],
  ['no header length', 'PR0403', /cut short inside the header/, good.subarray(0, 9)],
  ['half a header', 'PR0403', /header ends at/, good.subarray(0, 30)],
  ['version 9', 'PR0402', /version 9/, npy(dictOf('<f4', '(1,)'), floats(1), 9)],
  ['a huge header', 'PR0404', /more than 65536/, Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\x7f', 'latin1')],
  ['code in place of the dict', 'PR0404', /character 0/, npy('__import__("os").system("true")\n', floats(1))],
  ['a call in the shape', 'PR0404', /expected/, npy(dictOf('<f4', '(f(2), 2)'), floats(1))],
  ['a list header', 'PR0404', /not a dict/, npy("['descr']", floats(1))],
  ['an open dict', 'PR0404', /expected/, npy("{'descr': '<f4', ", floats(1))],
  ['an open string', 'PR0404', /closing quote/, npy("{'descr", floats(1))],
  ['an escape', 'PR0404', /escapes/, npy("{'de\\x73cr': '<f4'}", floats(1))],
  ['a key twice', 'PR0404', /twice/, npy("{'descr': '<f4', 'descr': '<f4'}", floats(1))],
  ['an unknown key', 'PR0404', /unknown key 'x'/, npy("{'x': 1}", floats(1))],
  ['no shape', 'PR0404', /'shape' is missing/, npy("{'descr': '<f4', 'fortran_order': False}", floats(1))],
  ['no dtype', 'PR0404', /'descr' is missing/, npy("{'shape': (1,), 'fortran_order': False}", floats(1))],
  ['a float in the shape', 'PR0404', /expected/, npy(dictOf('<f4', '(2.0, 2)'), floats(1))],
  ['deep nesting', 'PR0404', /less nesting/, npy('('.repeat(60000), floats(1))],
  ['text after the dict', 'PR0404', /nothing after/, npy(`${dictOf('<f4', '(1,)')}1`, floats(1))],
  ['Fortran order', 'PR0405', /Fortran/, npy(dictOf('<f4', '(2, 2)', 'True'), floats(1, 2, 3, 4))],
  ['objects', 'PR0406', /'\|O'/, npy(dictOf('|O', '(1,)'), floats(1))],
  ['big-endian', 'PR0406', /'>f4'/, npy(dictOf('>f4', '(1,)'), floats(1))],
  ['float16', 'PR0406', /'<f2'/, npy(dictOf('<f2', '(2,)'), floats(1))],
  ['complex', 'PR0406', /'<c8'/, npy(dictOf('<c8', '(1,)'), floats(1, 2))],
  ['a prototype key as dtype', 'PR0406', /'constructor'/, npy(dictOf('constructor', '(1,)'), floats(1))],
  [
    'a structured dtype',
    'PR0406',
    /structured/,
    npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", floats(1)),
  ],
  ['a zero dimension', 'PR0407', /dimension 1/, npy(dictOf('<f4', '(2, 0)'), floats())],
  ['a negative dimension', 'PR0407', /dimension 0/, npy(dictOf('<f4', '(-2, -2)'), floats(1, 2, 3, 4))],
  ['a product past 2^53', 'PR0407', /counted/, npy(dictOf('<f4', '(4294967296, 4294967296)'), floats(1))],
  ['a product that wraps to 0 in 64 bits', 'PR0407', /counted/, npy(dictOf('<f4', `(${2 ** 62}, 4)`), floats())],
  ['a dimension past every number', 'PR0407', /counted/, npy(dictOf('<f4', `(${'9'.repeat(60)},)`), floats(1))],
  ['a terabyte promised', 'PR0408', /16 are there/, npy(dictOf('<f4', `(${2 ** 40},)`), floats(1, 2, 3, 4))],
  ['a byte missing', 'PR0408', /needs 16 bytes.*15 are there/, good.subarray(0, good.length - 1)],
  ['a byte left over', 'PR0409', /1 more/, Buffer.concat([good, Buffer.alloc(1)])],
  ['NaN', 'PR0410', /\[1, 0\] is NaN/, npy(dictOf('<f4', '(2, 2)'), floats(1, 2, Number.NaN, 4))],
  ['infinity', 'PR0410', /\[0, 1\] is -Infinity/, npy(dictOf('<f4', '(1, 2)'), floats(1, -Infinity))],
  [
    'a float64 past float32',
    'PR0410',
    /1e\+300, which does not fit/,
    npy(dictOf('<f8', '(1,)'), new Uint8Array(Float64Array.of(1e300).buffer)),
  ],
];

describe('hostile files', () => {
  test.each(hostile)('%s', (name, code, message, bytes) => {
    const path = put(`${name.replaceAll(/\W/g, '_')}.npy`, bytes);
    const error = failure(path);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
  });

  test('no such file, a folder', () => {
    expect(failure(join(folder, 'absent.npy'))).toMatchObject({
      code: 'PR0401',
      message: expect.stringMatching(/no such file/),
    });
    expect(failure(folder)).toMatchObject({
      code: 'PR0401',
      message: expect.stringMatching(/not a regular file/),
    });
  });

  test('any corruption of a good file is read or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, cut) => {
        const bytes = Buffer.from(good.subarray(0, cut));
        if (at < cut) bytes[at] = byte;
        try {
          const { shape, data } = readNpy(put('fuzz.npy', bytes));
          expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        } catch (error) {
          expect(error).toBeInstanceOf(PrunusError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('writing', () => {
  test('what is written is read back', () => {
    const data = fc.oneof(
      fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 24 }),
      fc.int8Array({ minLength: 1, maxLength: 24 }),
      fc.int16Array({ minLength: 1, maxLength: 24 }),
      fc.int32Array({ minLength: 1, maxLength: 24 }),
    ) as fc.Arbitrary<NpyData>;
    fc.assert(
      fc.property(data, fc.boolean(), (values, column) => {
        const path = join(folder, 'round.npy');
        const shape = column ? [values.length, 1] : [values.length];
        writeNpy(path, shape, values);
        const back = readNpy(path);
        expect(back.shape).toEqual(shape);
        expect(back.data).toEqual(values);
      }),
    );
  });

  test('the bytes are those of numpy.save', () => {
    // np.save of np.array([[1, 2, 3]], np.int8), as NumPy 2.4 writes it.
    const dict = "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 3), }";
    const expected = npy(`${dict.padEnd(117)}\n`, Uint8Array.of(1, 2, 3));
    expect(encodeNpy([1, 3], Int8Array.of(1, 2, 3))).toEqual(expected);
  });

  test('a view writes its own elements only', () => {
    const path = join(folder, 'view.npy');
    writeNpy(path, [2], Float32Array.of(1, 2, 3, 4).subarray(1, 3));
    expect(readNpy(path).data).toEqual(Float32Array.of(2, 3));
  });

  test('a failed write leaves nothing behind', () => {
    const room = join(folder, 'room');
    mkdirSync(join(room, 'taken.npy', 'inside'), { recursive: true });
    expect(() => writeNpy(join(room, 'taken.npy'), [1], Int8Array.of(1))).toThrow(/cannot be written/);
    expect(() => writeNpy(join(room, 'absent', 'x.npy'), [1], Int8Array.of(1))).toThrow(/ENOENT/);
    expect(() => writeNpy(join(room, 'x.npy'), [2], Int8Array.of(1))).toThrow(/shape \(2,\)/);
    expect(readdirSync(room)).toEqual(['taken.npy']);
  });

  test('an existing file is replaced whole', () => {
    const path = join(folder, 'old.npy');
    writeFileSync(path, Buffer.alloc(4096, 7));
    writeNpy(path, [1], Int8Array.of(5));
    expect(readFileSync(path).length).toBe(129);
  });
});
