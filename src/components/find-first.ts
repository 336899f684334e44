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

/**
 * Verilog of a function that gives the lowest set bit of a vector as a one-hot vector, or 0 for 0: the first part of 32 bits that is
 * not 0 is looked for, then the bit in it, so that no carry runs through more than 32 bits.
 */
export function lowestBit(name: string, positions: number): string {
  const parts = Array.from({ length: Math.ceil(positions / 32) }, (_, i) => {
    const high = Math.min(positions, (i + 1) * 32) - 1;
    const range = positions === 1 ? '' : `[${high}:${i * 32}]`;
    const one = `${high + 1 - i * 32}'d1`;
    return { one, range };
  });
  const lines = parts.map(({ one, range }, i) => {
    const put = `${name}${range} = set${range} & (~set${range} + ${one});`;
    if (i === parts.length - 1) return `      ${i > 0 ? 'else ' : ''}${put}`;
    return `      ${i > 0 ? 'else ' : ''}if (set${range} != ${one.replace(/1$/, '0')}) ${put}`;
  });
  return [
    `  function [${positions - 1}:0] ${name};`,
    `    input [${positions - 1}:0] set;`,
    '    begin',
    ...(parts.length > 1 ? [`      ${name} = ${positions}'d0;`] : []),
    ...lines,
    '    end',
    '  endfunction',
  ].join('\n');
}
