/** The registers of a system for debuggers: CMSIS-SVD 1.3. */
import {
  type Register,
  type RegisterField,
  type RegisterMap,
  registersOf,
  resetValue,
} from '../components/register-map.ts';
import { escapeXml } from './documents.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;
const tag = (name: string, text: string | number): string => `<${name}>${escapeXml(String(text))}</${name}>`;

const accessOf = ({ access }: RegisterField): string[] =>
  ({
    rw: [tag('access', 'read-write')],
    ro: [tag('access', 'read-only')],
    constant: [tag('access', 'read-only')],
    pulse: [tag('access', 'write-only')],
    w1c: [tag('access', 'read-write'), tag('modifiedWriteValues', 'oneToClear')],
  })[access];

const fieldLines = (f: RegisterField): string[] => [
  '            <field>',
  ...[
    tag('name', f.name.toUpperCase()),
    tag('description', f.description),
    tag('bitOffset', f.low),
    tag('bitWidth', f.bits),
    ...accessOf(f),
  ].map((l) => `              ${l}`),
  '            </field>',
];

const registerLines = (r: Register): string[] => [
  '        <register>',
  ...[
    tag('name', r.name.toUpperCase()),
    tag('description', r.description),
    tag('addressOffset', hex(r.offset)),
    tag('resetValue', hex(resetValue(r))),
  ].map((l) => `          ${l}`),
  ...(r.fields.length > 0 ? ['          <fields>', ...r.fields.flatMap(fieldLines), '          </fields>'] : []),
  '        </register>',
];

/** `base`: where the block lies; a system on chip puts its own address there. */
export function registerSvd(map: RegisterMap, base = 0): string {
  const name = map.name.toUpperCase();
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<device schemaVersion="1.3" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance" xs:noNamespaceSchemaLocation="CMSIS-SVD.xsd">',
    `  ${tag('name', name)}`,
    `  ${tag('version', '1.0')}`,
    `  ${tag('description', map.description)}`,
    `  ${tag('addressUnitBits', 8)}`,
    `  ${tag('width', 32)}`,
    `  ${tag('size', 32)}`,
    '  <peripherals>',
    '    <peripheral>',
    `      ${tag('name', name)}`,
    `      ${tag('description', map.description)}`,
    `      ${tag('baseAddress', hex(base))}`,
    '      <addressBlock>',
    `        ${tag('offset', '0x0')}`,
    `        ${tag('size', hex(2 ** map.addressBits))}`,
    `        ${tag('usage', 'registers')}`,
    '      </addressBlock>',
    '      <registers>',
    ...registersOf(map).flatMap(registerLines),
    '      </registers>',
    '    </peripheral>',
    '  </peripherals>',
    '</device>',
    '',
  ].join('\n');
}
