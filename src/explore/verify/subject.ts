/** What is verified: how its cases are made, what is expected of them, and how a failing one gets smaller. */
import type { Integers } from '../../architectures/head.ts';
import type { Part } from '../../dsl/component.ts';
import type { SimCase } from '../../sim/cases.ts';
import { type Expected, type Mismatch, printMismatch } from '../../sim/compare.ts';
import { expectedHead, headCase, type HeadDesign, networkResult } from '../head-design.ts';
import { describeMismatch } from '../rtl-heads.ts';
import { type HeadTrial, headTrial, simpler } from './cases.ts';
import {
  expectedItems,
  itemCase,
  type ItemExpectation,
  type ItemTrial,
  itemTrial,
  simplerItems,
} from './item-cases.ts';

export interface Subject<T, E extends Expected = Expected> {
  readonly trial: (index: number) => T;
  readonly expected: (trial: T) => E;
  /** `reset`: it must be, as nothing is known of what came before. */
  readonly simCase: (trial: T, expected: E, reset: boolean) => SimCase;
  readonly simpler: (trial: T) => Iterable<T>;
  readonly describe: (trial: T) => string;
  readonly mismatch: (m: Mismatch) => string;
  /** Holds a second model against the first on a small part of a trial; returns what differs. */
  readonly crossCheck: ((trial: T) => string | undefined) | undefined;
}

const stallText = (stall: HeadTrial['stall']): string =>
  stall ? `stalls valid ${stall.validPercent} % ready ${stall.readyPercent} %` : 'no stalls';

/** Whole heads; of the presets the functional model says what comes out, of others their own network. */
export function headSubject(design: HeadDesign, seed: number): Subject<HeadTrial> {
  const expected = (trial: HeadTrial): Expected => {
    const { items, wires } = expectedHead(design, trial.head, trial.wires);
    return { streams: { result: items }, wires };
  };
  return {
    trial: (index) => headTrial(design, seed, index),
    expected,
    simCase: ({ head, wires, stall, reset }, _, mustReset) =>
      headCase(design, head, { reset: mustReset || reset, wires, stall }),
    simpler: (trial) => simpler(trial, design),
    describe: ({ head, wires, stall }) => {
      const set = Object.entries(wires).map(([name, value]) => `, ${name} ${value}`);
      const tokens = `${head.length} token${head.length === 1 ? '' : 's'}`;
      return `${tokens}, causal ${head.causal}, prune ${head.prune}${set.join('')}, ${stallText(stall)}`;
    },
    mismatch: (m) => describeMismatch(design, m),
    crossCheck: design.machine && ((trial) => compareModels(design, trial)),
  };
}

const elements = (value: number | ArrayLike<number>): string =>
  typeof value === 'number' ? `${value}` : Array.from(value).join(' ');

/** Tokens of a head that the process network is asked about. */
const networkTokens = 8;

function compareModels(design: HeadDesign, { head }: HeadTrial): string | undefined {
  const length = Math.min(networkTokens, head.length);
  const rows = (x: Integers) => x.slice(0, length * design.dim);
  const small = {
    ...head,
    length,
    q: rows(head.q),
    k: rows(head.k),
    v: rows(head.v),
    multiplier: head.multiplier.slice(0, length),
    threshold: head.threshold.slice(0, length),
  };
  const functional = expectedHead(design, small).items;
  const network = networkResult(design, small);
  const text = (items: typeof network) =>
    items.map((item) =>
      Object.entries(item)
        .map(([name, value]) => `${name} ${elements(value)}`)
        .join(', '),
    );
  const [a, b] = [text(functional), text(network)];
  const at = a.findIndex((line, i) => line !== b[i]);
  if (at < 0 && a.length === b.length) return undefined;
  const item = at < 0 ? a.length : at;
  const query = Math.floor(item / design.beats);
  return `query ${query} beat ${item % design.beats}: functional model ${a[item] ?? 'nothing'}; process network ${b[item] ?? 'nothing'}`;
}

/** A design or component of any streams, against its own golden model. */
export function itemSubject(part: Part, seed: number): Subject<ItemTrial, ItemExpectation> {
  return {
    trial: (index) => itemTrial(part, seed, index),
    expected: (trial) => expectedItems(part, trial),
    simCase: (trial, expected) => itemCase(trial, expected),
    simpler: simplerItems,
    describe: ({ streams, stall }) => {
      const counts = Object.entries(streams).map(([name, items]) => `${items.length} ${name}`);
      return `${counts.join(', ') || 'no input streams'}, ${stallText(stall)}`;
    },
    mismatch: printMismatch,
    crossCheck: undefined,
  };
}
