import type { Field, Kind } from './kinds.ts';
import { signalsOf } from './netlist.ts';

const show = (f: Field): string => {
  const element = `${f.signed ? 'signed' : 'unsigned'} ${f.width} bit${f.width === 1 ? '' : 's'}`;
  return f.shape === 'vector' ? `${f.count} x ${element}` : element;
};

/** What a kind is called in messages: `a stream of score`. */
export const describeKind = (k: Kind): string =>
  k.kind === 'stream' ? `a stream of ${k.payload.name}` : k.kind === 'wire' ? 'a wire' : `a ${k.name} interface`;

/** Why a source of kind `a` does not fit a sink of kind `b`; empty when it does. */
export function misfits(a: Kind, b: Kind): { code: string; message: string; fix: string }[] {
  if (describeKind(a) !== describeKind(b)) {
    return [
      {
        code: 'PR0207',
        message: `the source is ${describeKind(a)} and the sink is ${describeKind(b)}.`,
        fix: 'connect ports of the same kind, or put a component between them.',
      },
    ];
  }
  const theirs = new Map(signalsOf(b).map((s) => [s.suffix, s.field]));
  const name = (suffix: string) => (suffix === '' ? 'value' : suffix.slice(1));
  return signalsOf(a).flatMap(({ suffix, field }) => {
    const other = theirs.get(suffix);
    const same =
      other !== undefined &&
      field.shape === other.shape &&
      field.signed === other.signed &&
      field.width === other.width &&
      (field.shape !== 'vector' || other.shape !== 'vector' || field.count === other.count);
    if (same) return [];
    return [
      {
        code: 'PR0208',
        message: `${name(suffix)} is ${show(field)} at the source and ${other ? show(other) : 'absent'} at the sink.`,
        fix: `give both parts the same parameters, so that ${name(suffix)} is ${other ? `${show(field)} or ${show(other)}` : show(field)} at both ends.`,
      },
    ];
  });
}
