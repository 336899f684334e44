/** A system for tools that put chips together: IP-XACT (IEEE 1685-2014), its bus interfaces and its registers. */
import { fieldWidth, type Interface } from '../dsl/kinds.ts';
import { signalsOf } from '../dsl/netlist.ts';
import { portElements } from '../dsl/ports.ts';
import { type Register, type RegisterField, registersOf } from '../components/register-map.ts';
import { escapeXml } from './documents.ts';
import type { System } from './system.ts';

const hex = (value: number): string => `'h${value.toString(16)}`;
const tag = (name: string, text: string | number): string =>
  `<ipxact:${name}>${escapeXml(String(text))}</ipxact:${name}>`;

const buses: Readonly<Record<string, { readonly bus: string; readonly library: string }>> = {
  axi_lite: { bus: 'AXI4Lite', library: 'AMBA4' },
  axi: { bus: 'AXI4', library: 'AMBA4' },
  axi_stream: { bus: 'AXI4Stream', library: 'AMBA4' },
};

const accessOf = ({ access }: RegisterField): string[] =>
  ({
    rw: [tag('access', 'read-write')],
    ro: [tag('access', 'read-only')],
    constant: [tag('access', 'read-only')],
    pulse: [tag('access', 'write-only')],
    w1c: [tag('access', 'read-write'), tag('modifiedWriteValue', 'oneToClear')],
  })[access];

const fieldLines = (f: RegisterField): string[] => [
  '          <ipxact:field>',
  ...[
    tag('name', f.name.toUpperCase()),
    tag('description', f.description),
    tag('bitOffset', f.low),
    ...(f.access === 'ro'
      ? []
      : [
          `<ipxact:resets><ipxact:reset>${tag('value', hex(f.access === 'pulse' ? 0 : f.value))}</ipxact:reset></ipxact:resets>`,
        ]),
    tag('bitWidth', f.bits),
    ...accessOf(f),
  ].map((l) => `            ${l}`),
  '          </ipxact:field>',
];

/** A register without fields has one that is reserved: the standard wants one. */
const reserved: RegisterField = {
  name: 'reserved',
  port: 'reserved',
  bits: 32,
  low: 0,
  access: 'constant',
  value: 0,
  signed: false,
  description: 'nothing in this design',
};

const registerLines = (r: Register): string[] => [
  '        <ipxact:register>',
  ...[
    tag('name', r.name.toUpperCase()),
    tag('description', r.description),
    tag('addressOffset', hex(r.offset)),
    tag('size', 32),
  ].map((l) => `          ${l}`),
  ...(r.fields.length > 0 ? r.fields : [reserved]).flatMap(fieldLines),
  '        </ipxact:register>',
];

/** The signals of a bus are named after its port: `s_axi_awaddr` is AWADDR. */
const portMap = (port: string, signal: string): string =>
  `<ipxact:portMap><ipxact:logicalPort>${tag('name', signal.toUpperCase())}</ipxact:logicalPort><ipxact:physicalPort>${tag('name', `${port}_${signal}`)}</ipxact:physicalPort></ipxact:portMap>`;

function busLines(port: string, direction: 'in' | 'out', { name, signals }: Interface): string[] {
  const { bus, library } = buses[name]!;
  const vlnv = (type: string, of: string) =>
    `<ipxact:${type} vendor="amba.com" library="${library}" name="${of}" version="r0p0_0"/>`;
  const role =
    direction === 'out'
      ? '<ipxact:master/>'
      : name === 'axi_lite'
        ? '<ipxact:slave><ipxact:memoryMapRef memoryMapRef="registers"/></ipxact:slave>'
        : '<ipxact:slave/>';
  return [
    '    <ipxact:busInterface>',
    `      ${tag('name', port)}`,
    `      ${vlnv('busType', bus)}`,
    '      <ipxact:abstractionTypes><ipxact:abstractionType>',
    `        ${vlnv('abstractionRef', `${bus}_rtl`)}`,
    '        <ipxact:portMaps>',
    ...Object.keys(signals).map((signal) => `          ${portMap(port, signal)}`),
    '        </ipxact:portMaps>',
    '      </ipxact:abstractionType></ipxact:abstractionTypes>',
    `      ${role}`,
    '    </ipxact:busInterface>',
  ];
}

const wirePort = (name: string, input: boolean, width: number): string[] => [
  '      <ipxact:port>',
  `        ${tag('name', name)}`,
  `        <ipxact:wire>${tag('direction', input ? 'in' : 'out')}${
    width > 1
      ? `<ipxact:vectors><ipxact:vector>${tag('left', width - 1)}${tag('right', 0)}</ipxact:vector></ipxact:vectors>`
      : ''
  }</ipxact:wire>`,
  '      </ipxact:port>',
];

/** `top`: the Verilog module. */
export function systemIpXact({ part, map }: System, top: string): string {
  const elements = portElements(part.ports);
  const ports = elements.flatMap(({ name, kind, direction }) =>
    signalsOf(kind).flatMap((s) => wirePort(name + s.suffix, (direction === 'in') === s.forward, fieldWidth(s.field))),
  );
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<ipxact:component xmlns:ipxact="http://www.accellera.org/XMLSchema/IPXACT/1685-2014" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.accellera.org/XMLSchema/IPXACT/1685-2014 http://www.accellera.org/XMLSchema/IPXACT/1685-2014/index.xsd">',
    `  ${tag('vendor', 'prunus')}`,
    `  ${tag('library', 'attention')}`,
    `  ${tag('name', top)}`,
    `  ${tag('version', '1.0')}`,
    '  <ipxact:busInterfaces>',
    ...elements.flatMap((e) => (e.kind.kind === 'interface' ? busLines(e.name, e.direction, e.kind) : [])),
    '  </ipxact:busInterfaces>',
    '  <ipxact:memoryMaps>',
    '    <ipxact:memoryMap>',
    `      ${tag('name', 'registers')}`,
    '      <ipxact:addressBlock>',
    `        ${tag('name', map.name)}`,
    `        ${tag('baseAddress', "'h0")}`,
    `        ${tag('range', 2 ** map.addressBits)}`,
    `        ${tag('width', 32)}`,
    ...registersOf(map).flatMap(registerLines),
    '      </ipxact:addressBlock>',
    `      ${tag('addressUnitBits', 8)}`,
    '    </ipxact:memoryMap>',
    '  </ipxact:memoryMaps>',
    '  <ipxact:model>',
    '    <ipxact:instantiations><ipxact:componentInstantiation>',
    `      ${tag('name', 'rtl')}${tag('language', 'verilog')}${tag('moduleName', top)}`,
    '    </ipxact:componentInstantiation></ipxact:instantiations>',
    '    <ipxact:ports>',
    ...wirePort('clk', true, 1),
    ...wirePort('rst_n', true, 1),
    ...ports,
    '    </ipxact:ports>',
    '  </ipxact:model>',
    '</ipxact:component>',
    '',
  ].join('\n');
}
