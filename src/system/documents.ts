/** The registers of a system as tables, in Markdown and in HTML. */
import { type Register, type RegisterField, type RegisterMap, resetValue } from '../components/register-map.ts';
import { accessNote, type TextFile } from './c-driver.ts';

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
const bitsOf = ({ low, bits }: RegisterField): string => (bits === 1 ? `${low}` : `${low + bits - 1}:${low}`);
const nameOf = (text: string): string => text.toUpperCase();
const isConstant = (r: Register): boolean => r.fields.length > 0 && r.fields.every((f) => f.access === 'constant');
const startsAt = (r: Register): string => (r.fields.some((f) => f.access === 'ro') ? '-' : hex(resetValue(r), 1));
const registerNote = (r: Register): string =>
  r.description + (r.locked ? ' Locked during a run.' : '') + (isConstant(r) ? ' Constant.' : '');

const columns = ['offset', 'register', 'bits', 'field', 'access', 'after reset', 'meaning'] as const;

/** A row for each register, and one for each of its fields unless it has a single one of all its meaning. */
const rowsOf = (r: Register): string[][] => {
  const [only] = r.fields;
  const single = r.fields.length === 1 && only!.name === 'value';
  const first = [
    hex(r.offset, 3),
    nameOf(r.name),
    single ? bitsOf(only!) : '',
    '',
    single ? accessNote[only!.access] : '',
    r.fields.length === 0 ? '' : startsAt(r),
    single ? `${registerNote(r)} ${capital(only!.description)}.` : registerNote(r),
  ];
  const fields = r.fields.map((f) => [
    '',
    '',
    bitsOf(f),
    nameOf(f.name),
    accessNote[f.access],
    '',
    `${capital(f.description)}.`,
  ]);
  return single ? [first] : [first, ...fields];
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function registerMarkdown(map: RegisterMap): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  const tables = map.groups.map(({ title, registers }) =>
    [`## ${title}`, '', line(columns), line(columns.map(() => '---')), ...registers.flatMap(rowsOf).map(line), ''].join(
      '\n',
    ),
  );
  return `# Registers of ${map.name}\n\n${map.description}\n\nRegisters have 32 bits; offsets are in bytes.\n\n${tables.join('\n')}`;
}

/** Text in XML or HTML, within elements and attributes. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export function registerHtml(map: RegisterMap): string {
  const row = (tag: string, cells: readonly string[]): string =>
    `      <tr>${cells.map((c) => `<${tag}>${escapeXml(c)}</${tag}>`).join('')}</tr>`;
  const tables = map.groups.map(({ title, registers }) =>
    [
      `    <h2>${escapeXml(title)}</h2>`,
      '    <table>',
      row('th', columns),
      ...registers.flatMap(rowsOf).map((cells) => row('td', cells)),
      '    </table>',
    ].join('\n'),
  );
  const style =
    'body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3em .6em;text-align:left;vertical-align:top}';
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '  <head>',
    '    <meta charset="utf-8"/>',
    `    <title>Registers of ${escapeXml(map.name)}</title>`,
    `    <style>${style}</style>`,
    '  </head>',
    '  <body>',
    `    <h1>Registers of ${escapeXml(map.name)}</h1>`,
    `    <p>${escapeXml(map.description)}</p>`,
    '    <p>Registers have 32 bits; offsets are in bytes.</p>',
    ...tables,
    '  </body>',
    '</html>',
    '',
  ].join('\n');
}

export const documentFiles = (map: RegisterMap): TextFile[] => [
  { path: `${map.name}_registers.md`, text: registerMarkdown(map) },
  { path: `${map.name}_registers.html`, text: registerHtml(map) },
];
