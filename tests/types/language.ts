/**
 * What must not compile. `tsc --noEmit` reads this file; tests/unit/dsl/types.test.ts takes the expectations out and sees
 * that each of these lines is an error. Nothing here is ever run.
 */
import { z } from 'zod';
import {
  accelerator,
  bits,
  bus,
  counter,
  defineComponent,
  defineStructure,
  elaborate,
  fifo,
  fork,
  input,
  integer,
  many,
  master,
  output,
  payload,
  type Process,
  signed,
  slave,
  sprint,
  stream,
  vector,
  wire,
} from '../../src/index.ts';

const score = payload('score', { value: signed(12), last: bits(1) });
const query = payload('query', { data: vector(8, signed(8)) });
/** Named as `score` is, of other fields. */
const otherScore = payload('score', { value: bits(12), last: bits(1) });
const vectorScore = payload('score', { value: vector(4, signed(12)), last: bits(1) });

const memoryBus = bus('memory', { data: { field: bits(8), from: 'slave' } });
const tileBus = bus('tile', { data: { field: bits(8), from: 'slave' } });

const owner = defineComponent({
  name: 'owner',
  summary: 'Has every kind of port.',
  parameters: z.strictObject({ width: integer({ description: 'bits', min: 1, max: 8, default: 4 }), role: z.string() }),
  ports: (p) => ({
    scores: input(stream(score)),
    queries: input(stream(query)),
    level: input(wire(bits(p.width))),
    offset: input(wire(signed(p.width))),
    lanes: input(many(2, stream(score))),
    levels: input(many(2, wire(bits(4)))),
    kept: output(stream(score)),
    state: output(wire(bits(p.width))),
    count: output(counter()),
    memory: master(memoryBus),
    tile: slave(tileBus),
  }),
  template: { text: '' },
  constants: (p) => ({ WIDTH: p.width }),
  *model(p, io): Process {
    const level = yield* io.level.read();
    const item = yield* io.scores.take();
    io.kept.put({ value: item.value + level + p.width, last: 1 });
    // @ts-expect-error a field that the payload does not have
    io.kept.put({ value: item.valeu, last: 1 });
    // @ts-expect-error an item with a field missing
    io.kept.put({ value: 1 });
    // @ts-expect-error a vector field takes elements
    io.kept.put({ value: [1], last: 1 });
    // @ts-expect-error a vector field gives elements
    io.kept.put({ value: (yield* io.queries.take()).data, last: 1 });
    // @ts-expect-error an output is not read
    yield* io.kept.take();
    // @ts-expect-error an input is not written
    io.scores.put(item);
    // @ts-expect-error a wire is no stream
    yield* io.level.take();
    // @ts-expect-error a memory is private to the model
    yield* io.memory.read();
    // @ts-expect-error no such parameter
    io.state.set(p.wdith);
    // @ts-expect-error no such port
    yield* io.score.take();
    for (const lane of io.lanes) yield* lane.take();
    // @ts-expect-error a group is taken element by element
    yield* io.lanes.take();
  },
});

const sink = defineComponent({
  name: 'sink',
  summary: 'Takes things.',
  parameters: z.strictObject({}),
  ports: () => ({
    scores: input(stream(score)),
    others: input(stream(otherScore)),
    vectors: input(stream(vectorScore)),
    level: input(wire(bits(4))),
    memory: slave(memoryBus),
    tile: master(tileBus),
  }),
  template: { text: '' },
});

const ports = {
  scores: input(stream(score)),
  queries: input(stream(query)),
  level: input(wire(bits(4))),
  kept: output(stream(score)),
};

export const cases = accelerator('cases', ports, ({ instance, array, connect, pick, tie, port }) => {
  const a = instance('a', owner({ role: 'first' }));
  const b = instance('b', sink());
  const both = array('both', 2, owner({ role: 'more' }));

  // These are right.
  connect(port.scores, a.scores);
  connect(port.queries, a.queries);
  connect(port.level, a.level);
  connect(port.level, a.levels);
  connect(port.level, both.level);
  connect(a.kept, b.scores);
  connect(both.kept, a.lanes);
  connect(pick(both.kept, 0), pick(a.lanes, 1));
  connect(a.memory, b.memory);
  connect(b.tile, a.tile);
  connect(both.at(0).kept, port.kept);
  tie(3, a.level);
  tie(-3, a.offset);
  tie(3, a.levels);
  connect(a.state, b.level);
  connect(a.count, b.level);

  // @ts-expect-error another payload
  connect(port.queries, a.scores);
  // @ts-expect-error a payload of the same name with another sign
  connect(a.kept, b.others);
  // @ts-expect-error a payload of the same name with a vector for a number
  connect(a.kept, b.vectors);
  // @ts-expect-error a wire to a stream
  connect(port.level, a.scores);
  // @ts-expect-error a stream to a wire
  connect(port.scores, a.level);
  // @ts-expect-error a wire of another sign
  connect(port.level, a.offset);
  // @ts-expect-error a source to a source
  connect(port.scores, a.kept);
  // @ts-expect-error a sink to a sink
  connect(a.scores, b.scores);
  // @ts-expect-error from a sink to a source
  connect(b.scores, a.kept);
  // @ts-expect-error the design's own output is a sink inside
  connect(port.kept, b.scores);
  // @ts-expect-error the design's own input is a source inside
  connect(a.kept, port.scores);
  // @ts-expect-error one stream to a group of streams
  connect(a.kept, a.lanes);
  // @ts-expect-error a group to one stream
  connect(both.kept, b.scores);
  // @ts-expect-error an interface of another kind
  connect(a.memory, b.tile);
  // @ts-expect-error the slave's side to the master's
  connect(b.memory, a.memory);
  // @ts-expect-error an interface to a stream
  connect(a.memory, b.scores);
  // @ts-expect-error an array of masters to one slave
  connect(both.memory, b.memory);
  // @ts-expect-error no such port
  connect(port.scores, a.score);
  // @ts-expect-error no such port of the design
  connect(port.score, a.scores);
  // @ts-expect-error a stream is not tied to a number
  tie(1, a.scores);
  // @ts-expect-error an output is not tied
  tie(1, a.state);
  // @ts-expect-error a wire is tied to a number
  tie('high', a.level);
  // @ts-expect-error not a group
  pick(a.kept, 0);
  // @ts-expect-error an index is a number
  both.at('0');
  // @ts-expect-error an array has a count
  array('none', owner({ role: 'x' }));
  // @ts-expect-error a component is not a part: it is called first
  instance('c', sink);
  // @ts-expect-error an instance has a name
  instance(sink());
  // @ts-expect-error a queue keeps its payload
  connect(instance('queue', fifo(query, 4)).get, b.scores);
  // @ts-expect-error so does a fork
  connect(instance('spread', fork(query, 2)).to, a.lanes);
});

// @ts-expect-error a parameter without a default is needed
owner({ width: 3 });
// @ts-expect-error all of them are left out
owner();
// @ts-expect-error a parameter of another type
owner({ role: 'x', width: '3' });
// @ts-expect-error no such parameter
owner({ role: 'x', widht: 3 });
// @ts-expect-error no such parameter of a preset
sprint({ coreletts: 2 });
// @ts-expect-error no such parameter in a group
sprint({ tile: { row: 2 } });
// @ts-expect-error not one of the choices
sprint({ normalisation: 'late' });
// @ts-expect-error a component is not a design: it is called first
elaborate(sprint);

elaborate(sprint());
elaborate(cases);

export const bad = [
  // @ts-expect-error a port has a direction
  accelerator('x', { scores: stream(score) }, () => {}),
  // @ts-expect-error a payload has a name
  payload({ value: bits(1) }),
  // @ts-expect-error a field is a number or a vector
  payload('x', { value: wire(bits(1)) }),
  // @ts-expect-error a vector has numbers for elements
  vector(3, vector(2, bits(1))),
  // @ts-expect-error a wire carries one number
  wire(vector(2, bits(1))),
  // @ts-expect-error a signal has a driver
  bus('x', { data: { field: bits(1) } }),
  // @ts-expect-error a driver is master or slave
  bus('x', { data: { field: bits(1), from: 'both' } }),
  // @ts-expect-error a parameter is documented
  integer({ min: 1, max: 2, default: 1 }),
  // @ts-expect-error a parameter has a default
  integer({ description: 'x', min: 1, max: 2 }),
  // @ts-expect-error a component has a template
  defineComponent({ name: 'x', summary: 'x', parameters: z.strictObject({}), ports: () => ({}) }),
  // @ts-expect-error a template is a file or a text
  defineComponent({ name: 'x', summary: 'x', parameters: z.strictObject({}), ports: () => ({}), template: 'x.v' }),
  // @ts-expect-error a structure builds
  defineStructure({ name: 'x', summary: 'x', parameters: z.strictObject({}), ports: () => ({}) }),
];
