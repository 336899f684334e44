/** A wired array as a netlist for ngspice, whose solution owes nothing to `network.ts`. */
import { checkArray, type Drive, type WiredArray } from './network.ts';

/**
 * A netlist whose run prints, in order, the current into every bit terminal and then that into the array from every
 * word terminal, each on a line `i(vbJ) = ...` or `i(vwI) = ...`; the latter with ngspice's sign, minus for current
 * that a source gives. Open devices and segments without resistance are left out.
 */
export function spiceNetlist(array: WiredArray, drive: Drive, title = 'crossbar'): string {
  checkArray(array);
  const { rows, columns, conductance, wordOhms, bitOhms } = array;
  const word = (i: number, j: number): string => (wordOhms > 0 && j >= 0 ? `w${i}_${j}` : `tw${i}`);
  const bit = (i: number, j: number): string => (bitOhms > 0 && i < rows ? `b${i}_${j}` : `tb${j}`);
  const lines = [`* ${title}: ${rows} word lines, ${columns} bit lines`];
  for (let i = 0; i < rows; i++) lines.push(`vw${i} tw${i} 0 dc ${drive.word?.[i] ?? 0}`);
  for (let j = 0; j < columns; j++) lines.push(`vb${j} tb${j} 0 dc ${drive.bit?.[j] ?? 0}`);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const g = conductance[i * columns + j];
      if (wordOhms > 0) lines.push(`rw${i}_${j} ${word(i, j - 1)} ${word(i, j)} ${wordOhms}`);
      if (bitOhms > 0) lines.push(`rb${i}_${j} ${bit(i, j)} ${bit(i + 1, j)} ${bitOhms}`);
      if (g > 0) lines.push(`rd${i}_${j} ${word(i, j)} ${bit(i, j)} ${1 / g}`);
    }
  }
  lines.push('.control', 'set numdgt=15', 'op');
  for (let j = 0; j < columns; j++) lines.push(`print i(vb${j})`);
  for (let i = 0; i < rows; i++) lines.push(`print i(vw${i})`);
  lines.push('quit', '.endc', '.end', '');
  return lines.join('\n');
}

/** What ngspice printed for such a netlist: amperes into the bit terminals, and from the word terminals. */
export function readSpice(printed: string): { bitCurrent: Float64Array; wordCurrent: Float64Array } {
  const currents = (name: string, sign: number): Float64Array => {
    const found: number[] = [];
    for (const [, index, value] of printed.matchAll(new RegExp(`^i\\(${name}(\\d+)\\) = (\\S+)`, 'gim'))) {
      found[Number(index)] = sign * Number(value);
    }
    return Float64Array.from(found);
  };
  return { bitCurrent: currents('vb', 1), wordCurrent: currents('vw', -1) };
}
