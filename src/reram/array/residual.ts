import type { Drive, Nodes, WiredArray } from './network.ts';

export interface Residual {
  /** The largest net current into a node, as a fraction of the current that the terminals give. */
  readonly net: number;
  /** The largest net current into a node, as a fraction of its conductances times their voltages: rounding is 1e-16. */
  readonly backward: number;
}

/** How far a solution is from Kirchhoff's law, from the voltages alone, by none of the code that solved them. */
export function residual(array: WiredArray, drive: Drive, { word, bit, wordCurrent, bitCurrent }: Nodes): Residual {
  const { rows, columns, conductance, wordOhms, bitOhms } = array;
  let net = 0;
  let backward = 0;
  const judge = (here: number, others: readonly (readonly [volts: number, siemens: number])[]): void => {
    let into = 0;
    let scale = 0;
    for (const [volts, siemens] of others) {
      into += siemens * (volts - here);
      scale += siemens * (Math.abs(volts) + Math.abs(here));
    }
    net = Math.max(net, Math.abs(into));
    if (scale > 0) backward = Math.max(backward, Math.abs(into) / scale);
  };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      if (wordOhms > 0) {
        const before = j === 0 ? (drive.word?.[i] ?? 0) : word[at - 1];
        const after = j === columns - 1 ? word[at] : word[at + 1];
        judge(word[at], [
          [before, 1 / wordOhms],
          [after, 1 / wordOhms],
          [bit[at], conductance[at]],
        ]);
      }
      if (bitOhms > 0) {
        const above = i === 0 ? bit[at] : bit[at - columns];
        const below = i === rows - 1 ? (drive.bit?.[j] ?? 0) : bit[at + columns];
        judge(bit[at], [
          [above, 1 / bitOhms],
          [below, 1 / bitOhms],
          [word[at], conductance[at]],
        ]);
      }
    }
  }
  let total = 0;
  for (const current of [...wordCurrent, ...bitCurrent]) total += Math.abs(current) / 2;
  return { net: total > 0 ? net / total : net, backward };
}
