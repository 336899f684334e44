/** The programming of ReRAM arrays, which behavioural models read from a file: `+programming=FILE` (`src/reram/records.ts`). */
import { encodeRecords, type HeadRecords, type RecordShape } from '../reram/records.ts';

export interface CaseProgramming extends HeadRecords {
  readonly shape: RecordShape;
}

export const programmingFile = 'programming.bin';

/** The file for a batch; undefined where no case has any. Throws PR0913. */
export function programmingBytes(
  cases: readonly { readonly programming?: CaseProgramming | undefined }[],
): Uint8Array | undefined {
  const heads = cases.flatMap((c) => c.programming ?? []);
  return heads.length === 0 ? undefined : encodeRecords(heads[0].shape, heads);
}
