/** What `run` prints. */
import { type AttentionReport, type HeadReport, type OutputError, total } from '../explore/attention.ts';
import type { Counters } from '../explore/counters.ts';
import type { DeviceReport } from '../explore/device-report.ts';
import type { AttentionTensors } from '../workload/tensors.ts';
import type { Design } from './designs.ts';
import { counted, grouped, sizesText, table } from './table.ts';

interface Asked {
  readonly engine: string;
  readonly causal: boolean;
  readonly validLength?: number | undefined;
  readonly out?: string | undefined;
  readonly raw?: string | undefined;
  readonly seed: number;
}

type Threshold = number | number[];

const errorData = (e: OutputError) => ({ cosine: e.cosine, max_abs: e.maxAbsolute });
const orNull = (e: OutputError | null) => e && errorData(e);
const plain = (t: HeadReport['threshold']): Threshold | null =>
  t === null || typeof t === 'number' ? t : Array.from(t);

/** The fields of `run --json`. */
export function reportData(design: Design, tensors: AttentionTensors, asked: Asked, report: AttentionReport) {
  const { heads, comparison } = report;
  const sum = (of: (h: HeadReport) => number | null | undefined) => total(heads, of);
  const counter = (name: keyof Counters) => sum((h) => (h.counters ?? h.predicted)?.[name]);
  const pairs = heads.reduce((n, h) => n + h.validPairs, 0);
  const keptPairs = sum((h) => h.keptPairs);
  const thresholds = heads.map((h) => plain(h.threshold));
  const same = thresholds.every((t) => t === thresholds[0]);
  const worst = heads.reduce((a, b) => (b.dense.cosine < a.dense.cosine ? b : a));
  return {
    design: design.label,
    engine: asked.engine,
    tokens: tensors.tokens,
    heads: tensors.heads,
    key_heads: tensors.keyHeads,
    dim: tensors.dim,
    sized: sizesOf(design, tensors),
    causal: asked.causal,
    valid_length: asked.validLength ?? tensors.tokens,
    seed: asked.seed,
    /** One number where all heads have the same; one a head, or a list a head, otherwise; null with pruning off. */
    threshold: same ? (thresholds[0] ?? null) : thresholds,
    mismatches: comparison?.mismatches ?? null,
    words: comparison?.words ?? null,
    cycles: counter('cycles'),
    load_cycles: counter('load_cycles'),
    /** What counted cycles and fetches: `rtl`, or the timing model; null where nothing did. */
    counted_by: heads.every((h) => h.counters) ? 'rtl' : heads.every((h) => h.predicted) ? 'timing model' : null,
    /** With registers and buses, from start to end; null where the design ran by itself. */
    system_cycles: report.systemCycles,
    predicted_cycles: sum((h) => h.predicted?.cycles),
    kept_fraction: keptPairs === null ? null : keptPairs / pairs,
    keys_fetched: counter('keys_fetched'),
    keys_reused: counter('keys_reused'),
    values_fetched: counter('values_fetched'),
    values_reused: counter('values_reused'),
    stall_cycles: counter('stall_cycles'),
    ...groupsData(heads),
    error: { dense: errorData(report.dense), kept: orNull(report.kept) },
    relevance: relevanceData(heads),
    worst_head: { head: worst.head, ...errorData(worst.dense) },
    per_head: heads.map((h) => ({
      head: h.head,
      kept_fraction: h.keptPairs === null ? null : h.keptPairs / h.validPairs,
      cycles: h.counters?.cycles ?? h.predicted?.cycles ?? null,
      error: { dense: errorData(h.dense), kept: orNull(h.kept) },
    })),
    devices: devicesData(report.devices),
    failures: comparison?.lines ?? [],
    replay: comparison?.replay ?? null,
    out: asked.out ?? null,
    raw: asked.raw ?? null,
  };
}

/** Of bit-serial designs: how many groups of its bits a key took in the mean, and how many keys ended with group 0, 1, ... */
function groupsData(heads: readonly HeadReport[]): { bits_processed?: number; groups_histogram?: number[] } {
  const first = heads[0]?.histogram;
  if (!first) return {};
  const histogram = first.map((_, t) => total(heads, (h) => h.histogram?.[t]) ?? 0);
  const keys = histogram.reduce((sum, n) => sum + n, 0);
  const groups = histogram.reduce((sum, n, t) => sum + n * (t + 1), 0);
  return { bits_processed: groups / keys, groups_histogram: histogram };
}

/** How good the choice of keys was, over all heads, beside two that keep as many; null with pruning off. */
function relevanceData(heads: readonly HeadReport[]) {
  const known = heads.flatMap((h) => h.relevance ?? []);
  if (known.length < heads.length || heads.length === 0) return null;
  const mean = (of: (r: (typeof known)[number]) => number) => known.reduce((sum, r) => sum + of(r), 0) / known.length;
  const quality = (who: 'predicted' | 'oracle' | 'memory') => ({
    mass: mean((r) => r[who].mass),
    recall: mean((r) => r[who].recall),
  });
  return { chosen: quality('predicted'), oracle: quality('oracle'), sprint: quality('memory') };
}

/** What became of the ReRAM devices; null where arrays are ideal. */
function devicesData(devices: DeviceReport | null) {
  if (!devices) return null;
  const { device, coding, wordOhms, bitOhms, chip, stuckLow, stuckHigh, rejected, gain, endurance, warnings } = devices;
  const { repeatsLeft, ...written } = endurance;
  return {
    device,
    coding,
    word_ohms: wordOhms,
    bit_ohms: bitOhms,
    chip,
    stuck_low: stuckLow,
    stuck_high: stuckHigh,
    rejected,
    gain,
    endurance: { ...written, repeats_left: repeatsLeft },
    warnings,
  };
}

export type ReportData = ReturnType<typeof reportData>;

/** The sizes that were set to fit the tensors; null for those that the user chose. */
function sizesOf(design: Design, { tokens, dim }: AttentionTensors): Record<string, number> {
  if (design.architecture === undefined) return {};
  return Object.fromEntries(Object.entries({ tokens, dim }).filter(([name]) => !(name in design.chosen)));
}

const percent = (x: number | null): string => (x === null ? 'not known' : `${(100 * x).toFixed(1)} %`);
const number = (x: number | null): string => (x === null ? 'not known' : grouped(x));
const cosine = (e: { cosine: number; max_abs: number } | null): string =>
  e ? `cosine ${e.cosine.toFixed(6)}, largest difference ${e.max_abs.toPrecision(3)}` : 'not known';

function deviceRows(devices: ReportData['devices']): string[][] {
  if (!devices) return [];
  const { device, coding, word_ohms, bit_ohms, gain, stuck_low, stuck_high, rejected, endurance, warnings } = devices;
  const stuck = `${grouped(stuck_low)} cells stuck low, ${grouped(stuck_high)} high`;
  return [
    ['devices', `${device}, ${coding}, wires of ${word_ohms} and ${bit_ohms} ohm a cell`],
    [
      'programmed',
      `${stuck}, ${grouped(rejected)} not accepted; gain of a column ${gain.least.toFixed(3)} to ${gain.largest.toFixed(3)}`,
    ],
    [
      'endurance',
      `${grouped(endurance.most)} pulses on a key's column at most` +
        (endurance.limit === null ? '' : ` of ${grouped(endurance.limit)}`),
    ],
    ...warnings.map((text) => ['warning', text]),
  ];
}

export function reportText(r: ReportData): string {
  const sized = Object.entries(r.sized).map(([name, value]) => `${name} ${value}`);
  const threshold =
    r.threshold === null
      ? r.kept_fraction === 1 || r.relevance === null
        ? 'none: pruning is off'
        : 'none: a number of keys a query'
      : typeof r.threshold === 'number'
        ? `${r.threshold}`
        : r.threshold.map((t) => (typeof t === 'number' ? t.toFixed(4) : 'one a query')).join(', ');
  const rows: (string[] | undefined)[] = [
    ['design', r.design + (sized.length > 0 ? `, sized to the tensors: ${sized.join(', ')}` : '')],
    ['tensors', `${sizesText(r)}${r.key_heads === r.heads ? '' : `, ${counted(r.key_heads, 'K/V head')}`}`],
    ['engine', r.engine],
    r.mismatches === null ? undefined : ['mismatches', `${grouped(r.mismatches)} of ${number(r.words)} words`],
    ['threshold', threshold],
    ['kept', percent(r.kept_fraction)],
    r.cycles === null
      ? undefined
      : [
          r.counted_by === 'rtl' ? 'cycles' : 'predicted cycles',
          `${number(r.cycles)}, and ${number(r.load_cycles)} to load K and V`,
        ],
    r.system_cycles === null
      ? undefined
      : ['in the system', `${number(r.system_cycles)} cycles from start to end, all heads`],
    r.predicted_cycles === null || r.engine === 'golden' ? undefined : ['predicted cycles', number(r.predicted_cycles)],
    r.cycles === null ? undefined : ['stall cycles', number(r.stall_cycles)],
    r.keys_fetched === null
      ? undefined
      : ['keys', `${number(r.keys_fetched)} fetched, ${number(r.keys_reused)} reused`],
    r.values_fetched === null
      ? undefined
      : ['values', `${number(r.values_fetched)} fetched, ${number(r.values_reused)} reused`],
    r.bits_processed === undefined
      ? undefined
      : [
          'groups of bits',
          `${r.bits_processed.toFixed(3)} a key; keys ended with ${r.groups_histogram?.map(grouped).join(', ')}`,
        ],
    ['error, dense', `${cosine(r.error.dense)} against float attention over everything`],
    r.error.kept ? ['error, kept', `${cosine(r.error.kept)} against float attention over the kept keys`] : undefined,
    r.relevance === null
      ? undefined
      : [
          'attention kept',
          `${percent(r.relevance.chosen.mass)}, ${percent(r.relevance.oracle.mass)} by the true scores, ${percent(r.relevance.sprint.mass)} by SPRINT's; ${percent(r.relevance.chosen.recall)} of the largest scores found`,
        ],
    ...deviceRows(r.devices),
    r.heads > 1 ? ['worst head', `${r.worst_head.head}: ${cosine(r.worst_head)}`] : undefined,
    r.out === null ? undefined : ['output', r.out],
    r.raw === null ? undefined : ['integers', r.raw],
  ];
  return table(rows.filter((row) => row !== undefined));
}
