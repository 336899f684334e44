/** Columns of text. */

/** Pads all columns but the last to their widest entry. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) => indent + row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]))).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

export const grouped = (n: number): string => n.toLocaleString('en-US');

/** `1 head`, `1,024 heads`. */
export const counted = (n: number, noun: string): string =>
  `${grouped(n)} ${n === 1 ? noun : `${noun}${/(?:s|x|ch|sh)$/.test(noun) ? 'es' : 's'}`}`;

/** `4 heads x 128 tokens x 64` */
export const sizesText = ({ heads, tokens, dim }: { heads: number; tokens: number; dim: number }): string =>
  `${counted(heads, 'head')} x ${counted(tokens, 'token')} x ${dim}`;
