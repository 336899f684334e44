import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { bits, type Scalar, stream, type Stream, type Wire, wire } from '../../dsl/kinds.ts';
import { integer, toggle } from '../../dsl/parameters.ts';
import { type Directed, input, output } from '../../dsl/ports.ts';
import { rowPayload } from '../axi.ts';
import { anyPayload } from '../fifo/fifo.ts';
import { headRecordBytes, headSettings, recordBits } from '../head-settings.ts';
import { queryScalePayload } from '../scale-split/scale-split.ts';

const parameters = z.strictObject({
  configure: anyPayload,
  thresholdBits: integer({ description: 'bits of a threshold', unit: 'bits', min: 2, max: 48, default: 28 }),
  records: toggle({ description: 'whether settings may come from records in memory', default: false }),
});
type Shape = z.output<typeof parameters>;

type Settings = Record<`set_${string}`, Directed<'in', Wire<false>>>;
type Records = {
  from_record: Directed<'in', Wire<false>>;
  record: Directed<'in', Stream<ReturnType<typeof rowPayload>>>;
};

const configureFields = (p: Shape): [string, number][] =>
  Object.entries(p.configure.fields).map(([name, field]) => [name, (field as Scalar).width]);

/** A threshold's bits in two words. */
export const thresholdParts = (thresholdBits: number): [string, number][] => [
  ['threshold', Math.min(32, thresholdBits)],
  ...(thresholdBits > 32 ? [['threshold_high', thresholdBits - 32] satisfies [string, number]] : []),
];

const constantFields = (p: Shape): [string, number][] => [...thresholdParts(p.thresholdBits), ['multiplier', 16]];

/** Starts the heads of a run one after the other, each with its settings. */
export const headIssue = defineComponent({
  name: 'head_issue',
  summary:
    "Starts the heads of a run one after the other, and tells the queries the head's multiplier and threshold; settings come from registers, or a record a head.",
  parameters,
  ports: (p) => ({
    launch: input(wire(bits(1))),
    heads: input(wire(bits(16))),
    ...((p.records
      ? { from_record: input(wire(bits(1))), record: input(stream(rowPayload(headRecordBytes))) }
      : {}) as Records),
    ...(Object.fromEntries(
      [...configureFields(p), ...constantFields(p)].map(([name, width]) => [`set_${name}`, input(wire(bits(width)))]),
    ) as Settings),
    configure: output(stream(p.configure)),
    constants: output(stream(queryScalePayload(p.thresholdBits))),
    configured: output(wire(bits(1))),
  }),
  template: { file: 'head-issue/head-issue.v.hbs' },
  view: (p) => {
    const source = ([name, width]: [string, number]) => {
      const place = headSettings.find((s) => s.name === name);
      const recorded = p.records && place ? `from_record ? record_data${recordBits(place, width)} : ` : '';
      return { name, range: width === 1 ? '' : `[${width - 1}:0] `, source: `${recorded}set_${name}` };
    };
    return {
      records: p.records,
      configure: configureFields(p).map(source),
      constants: constantFields(p).map(source),
      threshold: p.thresholdBits > 32 ? '{ constant_threshold_high, constant_threshold }' : 'constant_threshold',
    };
  },
});
