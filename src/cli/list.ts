/** `prunus list` */
import { z } from 'zod';
import { describeRange, type Schema } from '../dsl/parameters.ts';
import { PrunusError } from '../errors.ts';
import { devicePresets } from '../reram/device/presets.ts';
import type { Action } from './action.ts';
import { catalogue, type Entry } from './catalogue.ts';
import { checkOptions, common } from './options.ts';
import { deviceData, devicesData, devicesText, deviceText } from './device-list.ts';
import { leaves, nearest } from './settings.ts';
import { table } from './table.ts';

const options = z.object({ ...common, schema: z.boolean().default(false) });

export const list: Action = async (raw, name) => {
  const { json, schema } = checkOptions(options, raw);
  const entries = catalogue();
  if (name === undefined) {
    if (schema) throw new PrunusError('PR0706', '--schema needs the name of a design or component.');
    process.stdout.write(json ? `${JSON.stringify({ entries: entries.map(asData) })}\n` : overview(entries));
    return 0;
  }
  const device = devicePresets.get(name);
  if (name === 'devices' || device) {
    if (schema) throw new PrunusError('PR0706', '--schema is for designs and components.');
    const data = () => (device ? deviceData(device) : devicesData());
    process.stdout.write(json ? `${JSON.stringify(data())}\n` : device ? deviceText(device) : devicesText());
    return 0;
  }
  const entry = entries.find((e) => e.name === name);
  if (!entry) {
    const near = nearest(name, [...entries.map((e) => e.name), 'devices', ...devicePresets.keys()]);
    throw new PrunusError(
      'PR0701',
      `there is no design, component or device '${name}'.`,
      `did you mean ${near.join(' or ')}?`,
    );
  }
  if (schema) process.stdout.write(`${JSON.stringify(jsonSchema(entry), undefined, json ? undefined : 2)}\n`);
  else process.stdout.write(json ? `${JSON.stringify(asData(entry))}\n` : details(entry));
  return 0;
};

interface Row {
  readonly path: string;
  readonly type: string;
  readonly range: string;
  readonly default: unknown;
  readonly unit: string | undefined;
  readonly description: string | undefined;
  readonly source: string | undefined;
}

interface LeafJson {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly unit?: string;
  readonly description?: string;
  readonly source?: string;
}

function parametersOf(schema: Schema, sets: Readonly<Record<string, unknown>> = {}): Row[] {
  return leaves(schema).map(({ path, schema: leaf }) => {
    const json = z.toJSONSchema(leaf, { io: 'input', unrepresentable: 'any' }) as LeafJson;
    const chosen = path.split('.').reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], sets);
    return {
      path,
      type: json.enum ? 'choice' : (json.type ?? 'any'),
      range: describeRange(leaf),
      default: chosen ?? json.default,
      unit: json.unit,
      description: json.description,
      source: json.source,
    };
  });
}

const asData = (entry: Entry) => ({
  name: entry.name,
  kind: entry.kind,
  summary: entry.summary,
  ...(entry.architecture ? { architecture: entry.architecture, sets: entry.sets } : {}),
  parameters: parametersOf(entry.schema, entry.sets),
});

function jsonSchema({ name, summary, schema, kind, sets }: Entry): unknown {
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return { title: name, description: summary, ...made, ...(kind === 'design' ? { default: sets } : {}) };
}

function overview(entries: readonly Entry[]): string {
  const rows = (kind: Entry['kind']) => entries.filter((e) => e.kind === kind);
  const settings = (e: Entry) => Object.entries(e.sets ?? {}).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
  return [
    'Designs\n',
    table(
      rows('design').map((e) => [e.name, `${e.architecture} with ${settings(e).join(', ')}`]),
      '  ',
    ),
    '\nArchitectures\n',
    table(
      rows('architecture').map((e) => [e.name, e.summary]),
      '  ',
    ),
    '\nComponents\n',
    table(
      rows('component').map((e) => [e.name, `${leaves(e.schema).length} parameters`, e.summary]),
      '  ',
    ),
    '\n`prunus list NAME` shows parameters; `prunus list devices` the ReRAM devices.\n',
  ].join('');
}

function details(entry: Entry): string {
  const rows = parametersOf(entry.schema, entry.sets);
  const text = (r: Row) => [
    r.path,
    JSON.stringify(r.default) ?? '-',
    r.unit ?? '',
    r.range,
    (r.description ?? '') + (r.source ? ` [${r.source}]` : ''),
  ];
  const head = [`${entry.name} (${entry.kind})`, entry.summary, ''].join('\n');
  if (rows.length === 0) return `${head}\nIt has no parameters.\n`;
  return `${head}\n${table([['parameter', 'default', 'unit', 'range', 'meaning [source]'], ...rows.map(text)])}`;
}
