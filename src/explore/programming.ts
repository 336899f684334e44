/** What the devices of a design's arrays are after a head has been written into them. */
import { isPredicted } from './predicted.ts';
import type { AttentionHead } from '../architectures/head.ts';
import { programmedCodebook } from '../architectures/hardsea/predictor.ts';
import type { HardseaParameters } from '../architectures/hardsea/parameters.ts';
import { codebookRows } from '../components/relevance-payloads.ts';
import type { Netlist } from '../dsl/netlist.ts';
import { type CrossbarDesign, programmedKeys } from '../reram/crossbar.ts';
import type { ProgrammedColumns } from '../reram/array/tile.ts';
import { codebookRecordShape, codebookRecords, keyRecordShape, keyRecords } from '../reram/records.ts';
import { type ArrayKind, arrayKind, type ReramSettings } from '../reram/settings.ts';
import type { CaseProgramming } from '../sim/programming.ts';

export interface HeadProgramming {
  /** What the cells hold. */
  readonly holds: 'keys' | 'codebook';
  readonly kind: ArrayKind & { readonly cellBits: number };
  /** Columns that are written sequence after sequence. */
  readonly columns: number;
  /** A column for each of the head's keys, or of its centroids; undefined where it writes none. */
  readonly of: (head: AttentionHead) => ProgrammedColumns | undefined;
  /** The same for the behavioural Verilog. */
  readonly records: (head: AttentionHead) => CaseProgramming | undefined;
}

/** Undefined for a design whose arrays are ideal, or that has none. */
export function headProgramming({ modules }: Netlist): HeadProgramming | undefined {
  for (const { component, parameters } of modules) {
    const kind = arrayKind(parameters['reram'] as ReramSettings | undefined);
    if (kind && component === 'main_memory') return keyProgramming(parameters as unknown as CrossbarDesign, kind);
    if (kind && component === 'codebook_array') {
      return codebookProgramming(parameters as unknown as HardseaParameters, kind);
    }
  }
  return undefined;
}

function keyProgramming(p: CrossbarDesign, kind: ArrayKind): HeadProgramming {
  const shape = keyRecordShape(p, p.dim, kind.replica);
  const of = (head: AttentionHead) => programmedKeys(p, kind, head.noiseSeed, head.k, head.measured);
  return {
    holds: 'keys',
    kind: { ...kind, cellBits: p.cellBits },
    columns: p.tokens,
    of,
    records: (head) => ({ shape, seed: head.noiseSeed, records: keyRecords(p, p.dim, of(head), kind.replica) }),
  };
}

function codebookProgramming(p: HardseaParameters, kind: ArrayKind): HeadProgramming {
  const columns = p.subspaces * p.centroids;
  const rows = codebookRows(p);
  const of = (head: AttentionHead) =>
    isPredicted(head) && head.codebook ? programmedCodebook(p, kind, head.noiseSeed, head.codebook.cells) : undefined;
  return {
    holds: 'codebook',
    kind: { ...kind, cellBits: p.cellBits },
    columns,
    of,
    records: (head) => {
      const programmed = of(head);
      return (
        programmed && {
          shape: codebookRecordShape(columns, rows),
          seed: head.noiseSeed,
          records: codebookRecords(rows, programmed),
        }
      );
    },
  };
}
