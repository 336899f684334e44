/** Small systems around the three machines, and heads for them. */
import type { HardseaHead } from '../../src/architectures/hardsea/functional.ts';
import type { AttentionHead } from '../../src/architectures/head.ts';
import type { ArchitectureName } from '../../src/architectures/names.ts';
import { architectures } from '../../src/architectures/registry.ts';
import { expectedHead, type HeadDesign, headDesign } from '../../src/explore/head-design.ts';
import { machines } from '../../src/explore/machines/index.ts';
import { headTrial } from '../../src/explore/verify/cases.ts';
import type { SystemOptions } from '../../src/system/options.ts';
import { type System, systemOf } from '../../src/system/system.ts';

export interface SystemCase {
  readonly design: HeadDesign;
  readonly system: System;
}

/** Dimensions that fill no transfer, and tokens that fill no counter. */
const parameters: Readonly<Record<ArchitectureName, Readonly<Record<string, unknown>>>> = {
  sprint: {
    tokens: 12,
    dim: 6,
    outputBeats: 2,
    tile: { rows: 4, columns: 4 },
    memory: { channels: 2, banks: 2 },
    corelets: 2,
  },
  leopard: { tokens: 12, dim: 5, units: 2, banks: 2, outputBeats: 2 },
  hardsea: { tokens: 12, dim: 6, subspaces: 2, centroids: 4, lanes: 4, units: 2, outputBeats: 2, relevance: 'table' },
};

export function systemCase(
  architecture: ArchitectureName,
  options: Partial<SystemOptions>,
  changes: object = {},
): SystemCase {
  const part = architectures[architecture]!.make({ ...parameters[architecture], ...changes });
  const label = `small_${architecture}`;
  return { design: headDesign(part, label, machines[architecture])!, system: systemOf(part, label, options) };
}

export const randomHeads = (design: HeadDesign, seed: number, count: number): AttentionHead[] =>
  Array.from({ length: count }, (_, i) => headTrial(design, seed, i).head);

/** Random heads that one start can serve: all as long as the shortest of them, and masked alike. */
export function layerOf(design: HeadDesign, seed: number, count: number): AttentionHead[] {
  const heads = Array.from({ length: 200 }, (_, i) => headTrial(design, seed, i).head)
    .filter((h) => h.length >= 5 && h.prune && (!('codebook' in h) || (h as HardseaHead).codebook !== null))
    .slice(0, count);
  const length = Math.min(...heads.map((h) => h.length));
  const { dim } = design;
  return heads.map((h) => ({
    ...h,
    length,
    causal: heads[0]!.causal,
    q: h.q.slice(0, length * dim),
    k: h.k.slice(0, length * dim),
    v: h.v.slice(0, length * dim),
    multiplier: h.multiplier.slice(0, length),
    threshold: h.threshold.slice(0, length),
  }));
}

/** Elements that differ from what the golden model makes of the heads. */
export function wrongElements(
  design: HeadDesign,
  heads: readonly AttentionHead[],
  outputs: readonly Int16Array[],
): number {
  return heads.reduce((sum, head, i) => {
    const { out } = expectedHead(design, head).output!;
    const got = outputs[i]!;
    return sum + Math.abs(out.length - got.length) + out.reduce((n, x, j) => n + Number(x !== got[j]), 0);
  }, 0);
}

/** Queries of the heads that keep no key. */
export const emptyRows = (design: HeadDesign, heads: readonly AttentionHead[]): number =>
  heads.reduce((sum, head) => sum + expectedHead(design, head).output!.none.reduce((n, x) => n + x, 0), 0);
