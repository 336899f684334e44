/**
 * `.npy` files in and out: format versions 1, 2 and 3, C order, little-endian. Files come from users,
 * so each thing that can be wrong with one has its own message, and memory is allocated only after
 * the size of the file has been held against the size that its header promises.
 *
 * Errors: PR0401 cannot be read, PR0402 not `.npy`, PR0403 header cut short, PR0404 header malformed,
 * PR0405 Fortran order, PR0406 dtype, PR0407 shape, PR0408 data cut short, PR0409 bytes left over,
 * PR0410 not a finite float32, PR0411 cannot be written, PR0412 shape and data to write disagree.
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PrunusError } from '../errors.ts';
import { HeaderSyntaxError, type NpyHeader, parseNpyHeader } from './npy-header.ts';

export type NpyData = Float32Array | Int8Array | Int16Array | Int32Array;

interface Typed<Dtype extends string, Data extends NpyData> {
  readonly dtype: Dtype;
  /** Row-major dimensions; `[]` for a single number. Each is 1 or more. */
  readonly shape: readonly number[];
  readonly data: Data;
}

/** A tensor from a file. float64 files are converted to float32. */
export type NpyArray =
  | Typed<'float32', Float32Array>
  | Typed<'int8', Int8Array>
  | Typed<'int16', Int16Array>
  | Typed<'int32', Int32Array>;

const magic = Buffer.from('\x93NUMPY', 'latin1');
const maxHeaderBytes = 1 << 16;
/** Node cannot hold more in one buffer on every platform that it supports. */
const maxDataBytes = 2 ** 31;
const itemBytes: Readonly<Record<string, number>> = {
  '<f4': 4,
  '<f8': 8,
  '|i1': 1,
  '<i1': 1,
  '<i2': 2,
  '<i4': 4,
};

/** Reads one tensor. Throws a PrunusError (codes above) that names the file. */
export function readNpy(path: string): NpyArray {
  let file: number | undefined;
  try {
    // Asked before opening: opening a named pipe would wait for a writer.
    if (!statSync(path).isFile()) throw new PrunusError('PR0401', `${path}: is not a regular file`);
    file = openSync(path, 'r');
    return readOpen(path, file, fstatSync(file).size);
  } catch (cause) {
    throw cause instanceof PrunusError ? cause : unreadable(path, cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function unreadable(path: string, cause: unknown): PrunusError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new PrunusError('PR0401', `${path}: no such file`);
  return new PrunusError('PR0401', `${path}: cannot be read (${code ?? String(cause)})`);
}

function readOpen(path: string, file: number, size: number): NpyArray {
  const start = readAt(file, 0, Math.min(12, size));
  if (size < 6 || !start.subarray(0, 6).equals(magic)) {
    const given = size === 0 ? 'the file is empty' : 'it does not start with \\x93NUMPY';
    throw new PrunusError('PR0402', `${path}: not a .npy file: ${given}`, saveAdvice);
  }
  const version = start[6] ?? 0;
  const lengthBytes = version === 1 ? 2 : 4;
  if (size >= 8 && (version < 1 || version > 3)) {
    throw new PrunusError('PR0402', `${path}: .npy version ${version} is not known (1, 2 and 3 are)`);
  }
  const headerAt = 8 + lengthBytes;
  if (size < headerAt) throw headerCut(path, size, headerAt);
  const headerLength = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (headerLength > maxHeaderBytes) {
    throw new PrunusError(
      'PR0404',
      `${path}: the header claims ${headerLength} bytes; more than ${maxHeaderBytes} is not a tensor's`,
    );
  }
  const dataAt = headerAt + headerLength;
  if (size < dataAt) throw headerCut(path, size, dataAt);
  const text = readAt(file, headerAt, headerLength).toString(version === 3 ? 'utf8' : 'latin1');
  const header = parseHeader(path, text);
  const dtype = checkDtype(path, header);
  const count = checkShape(path, header.shape);
  if (header.fortranOrder && header.shape.length > 1) {
    throw new PrunusError(
      'PR0405',
      `${path}: stored in Fortran (column-major) order; C (row-major) order is needed`,
      'Save it again with np.save(path, np.ascontiguousarray(x)).',
    );
  }
  const bytes = count * itemBytes[dtype];
  checkSize(path, header.shape, dtype, bytes, size - dataAt);
  return decode(path, dtype, header.shape, readAt(file, dataAt, bytes));
}

const saveAdvice = 'Save tensors with np.save(path, x.astype(np.float32)).';

function headerCut(path: string, size: number, needed: number): PrunusError {
  return new PrunusError('PR0403', `${path}: cut short inside the header: ${size} bytes, the header ends at ${needed}`);
}

function parseHeader(path: string, text: string): NpyHeader {
  try {
    return parseNpyHeader(text);
  } catch (cause) {
    if (!(cause instanceof HeaderSyntaxError)) throw cause;
    throw new PrunusError('PR0404', `${path}: malformed header: ${cause.message}`);
  }
}

function checkDtype(path: string, header: NpyHeader): string {
  const { descr } = header;
  if (typeof descr === 'string' && Object.hasOwn(itemBytes, descr)) return descr;
  const given = typeof descr === 'string' ? `'${descr.slice(0, 40)}'` : 'a structured dtype';
  throw new PrunusError(
    'PR0406',
    `${path}: dtype ${given} is not supported; '<f4', '<f8', '|i1', '<i2' and '<i4' are`,
    'Convert it with x.astype(np.float32), or np.int8 for tensors already quantised.',
  );
}

/** The number of elements. */
function checkShape(path: string, shape: readonly number[]): number {
  const text = shapeText(shape);
  const wrong = shape.findIndex((n) => n < 1);
  if (wrong >= 0) {
    throw new PrunusError('PR0407', `${path}: shape ${text}: dimension ${wrong} is not 1 or more`);
  }
  let count = 1;
  for (const n of shape) count *= n;
  if (count > Number.MAX_SAFE_INTEGER) {
    throw new PrunusError('PR0407', `${path}: shape ${text} has more elements than can be counted`);
  }
  return count;
}

function checkSize(path: string, shape: readonly number[], dtype: string, needed: number, present: number): void {
  const what = `shape ${shapeText(shape)} of ${dtype} needs ${needed} bytes of data`;
  if (present < needed) {
    throw new PrunusError('PR0408', `${path}: cut short: ${what}, ${present} are there`);
  }
  if (present > needed) {
    const over = present - needed;
    throw new PrunusError('PR0409', `${path}: ${what}, ${over} more are there`);
  }
  if (needed > maxDataBytes) {
    throw new PrunusError('PR0407', `${path}: ${what}; at most ${maxDataBytes} can be read`);
  }
}

function decode(path: string, dtype: string, shape: readonly number[], raw: Buffer): NpyArray {
  // A copy of its own, so that the typed array starts aligned.
  const bytes = raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength) as ArrayBuffer;
  switch (dtype) {
    case '<f4': {
      const data = new Float32Array(bytes);
      checkFinite(path, shape, data, data);
      return { dtype: 'float32', shape, data };
    }
    case '<f8': {
      const wide = new Float64Array(bytes);
      const data = Float32Array.from(wide);
      checkFinite(path, shape, data, wide);
      return { dtype: 'float32', shape, data };
    }
    case '<i2':
      return { dtype: 'int16', shape, data: new Int16Array(bytes) };
    case '<i4':
      return { dtype: 'int32', shape, data: new Int32Array(bytes) };
    default:
      return { dtype: 'int8', shape, data: new Int8Array(bytes) };
  }
}

function checkFinite(
  path: string,
  shape: readonly number[],
  data: Float32Array,
  stored: Float32Array | Float64Array,
): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    const where = indexText(i, shape);
    const what = Number.isFinite(stored[i]) ? `${stored[i]}, which does not fit a float32` : `${stored[i]}`;
    throw new PrunusError('PR0410', `${path}: element ${where} is ${what}; finite numbers are needed`);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = readSync(file, bytes, done, length - done, position + done);
    if (got === 0) throw new Error('the file shrank while it was read');
    done += got;
  }
  return bytes;
}

/** `(2, 3)` as Python prints it; long shapes are shortened. */
export function shapeText(shape: readonly number[]): string {
  if (shape.length > 8) return `(${shape.slice(0, 8).join(', ')}, ...)`;
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** `[1, 0, 7]` for a flat index into a row-major tensor. */
export function indexText(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return `[${index.join(', ')}]`;
}

function descrOf(data: NpyData): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Int8Array) return '|i1';
  return data instanceof Int16Array ? '<i2' : '<i4';
}

/** The bytes of a version 1.0 file; the data starts at a multiple of 64, as NumPy has it. */
export function encodeNpy(shape: readonly number[], data: NpyData): Buffer {
  const count = shape.reduce((product, n) => product * n, 1);
  if (count !== data.length || shape.some((n) => !Number.isSafeInteger(n) || n < 1)) {
    throw new PrunusError(
      'PR0412',
      `shape ${shapeText(shape)} does not describe the ${data.length} elements to be written`,
    );
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descrOf(data)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const dataAt = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const header = Buffer.alloc(dataAt, ' ');
  magic.copy(header);
  header.set([1, 0], 6);
  header.writeUInt16LE(dataAt - 10, 8);
  header.write(dict, 10, 'latin1');
  header.write('\n', dataAt - 1);
  return Buffer.concat([header, Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

let temporaries = 0;

/**
 * Writes one tensor, or nothing: the bytes go to a temporary file in the same folder, which is
 * renamed over `path` once complete and removed if anything fails. Throws PR0411 or PR0412.
 */
export function writeNpy(path: string, shape: readonly number[], data: NpyData): void {
  const bytes = encodeNpy(shape, data);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${temporaries++}.tmp`);
  try {
    writeFileSync(temporary, bytes, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new PrunusError('PR0411', `${path}: cannot be written (${code})`);
  }
}
