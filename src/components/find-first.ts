/**
 * Verilog of a function that gives the number of the one bit that is set in a one-hot vector: bit b of the number is the OR of all
 * positions whose own bit b is 1.
 */
export function oneHotToIndex(name: string, positions: number, width: number): string {
  const mask = (b: number): string => {
    let hex = '';
    for (let nibble = 0; nibble * 4 < positions; nibble++) {
      let digit = 0;
      for (let i = 0; i < 4; i++) {
        const position = nibble * 4 + i;
        if (position < positions && (position >> b) & 1) digit |= 1 << i;
      }
      hex = digit.toString(16) + hex;
    }
    return `${positions}'h${hex}`;
  };
  const lines = Array.from({ length: width }, (_, b) => `      ${name}[${b}] = |(one_hot & ${mask(b)});`);
  return [
    `  function [${width - 1}:0] ${name};`,
    `    input [${positions - 1}:0] one_hot;`,
    '    begin',
    ...lines,
    '    end',
    '  endfunction',
  ].join('\n');
}
