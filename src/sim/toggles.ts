/** Transitions in a VCD file: what a simulation says about how busy each signal of a design was. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface SignalActivity {
  readonly width: number;
  /** Bits that went from 0 to 1 or back. */
  readonly toggles: number;
  /** Cycles in which a scalar was 1; of a stream, in which it moved. */
  readonly high: number;
}

export interface Activity {
  /** Rising edges of the clock. */
  readonly cycles: number;
  /**
   * By instance, its path below the design joined by points ('' for the design itself), then by name. A stream, `x` where `x_valid` and
   * `x_ready` are wanted, has its transfers.
   */
  readonly instances: ReadonlyMap<string, ReadonlyMap<string, SignalActivity>>;
}

type Sums = { -readonly [K in keyof SignalActivity]: SignalActivity[K] };

interface Net {
  /** A net goes by several names: those of all ports that it is connected to. */
  readonly names: Sums[];
  /** The streams that it is a half of. */
  readonly streams: Stream[];
  value: string;
  since: number;
}

interface Stream {
  readonly sums: Sums;
  readonly halves: readonly [Net, Net];
  moves: boolean;
  since: number;
}

/**
 * Reads the file line by line. `design` is the scope of the design, such as `prunus_testbench.prunus_top`; of the signals below it those
 * count that are `wanted`. Transitions from and to x are none.
 */
export async function countToggles(
  file: string,
  design: string,
  wanted: (instance: string, name: string) => boolean = () => true,
): Promise<Activity> {
  const instances = new Map<string, Map<string, Sums>>();
  const nets = new Map<string, Net>();
  const halves = new Map<Sums, Net>();
  const scopes: { readonly kind: string; readonly name: string }[] = [];
  let path = '';
  let clock: string | undefined;
  let [now, cycles, firstEdge, lastEdge] = [0, 0, 0, 0];

  const enter = (): string => (path = scopes.map((s) => s.name).join('.'));
  const declare = (width: number, id: string, name: string): void => {
    if (path === design && name === 'clk') clock = id;
    if (scopes.at(-1)?.kind !== 'module' || !`${path}.`.startsWith(`${design}.`)) return;
    const instance = path.slice(design.length + 1);
    if (!wanted(instance, name)) return;
    let named = instances.get(instance);
    if (!named) instances.set(instance, (named = new Map()));
    const sums = { width, toggles: 0, high: 0 };
    named.set(name, sums);
    let net = nets.get(id);
    if (!net) nets.set(id, (net = { names: [], streams: [], value: '', since: 0 }));
    net.names.push(sums);
    if (/_(valid|ready)$/.test(name)) halves.set(sums, net);
  };

  const pairStreams = (): void => {
    for (const named of instances.values()) {
      for (const [name, valid] of named) {
        const ready = name.endsWith('_valid') && named.get(name.replace(/_valid$/, '_ready'));
        if (!ready) continue;
        const sums = { width: 1, toggles: 0, high: 0 };
        const pair = [halves.get(valid)!, halves.get(ready)!] as const;
        const stream = { sums, halves: pair, moves: false, since: 0 };
        for (const net of new Set(pair)) net.streams.push(stream);
        named.set(name.replace(/_valid$/, ''), sums);
      }
    }
  };

  const change = (id: string, value: string): void => {
    if (id === clock && value === '1') {
      if (cycles === 0) firstEdge = now;
      lastEdge = now;
      cycles++;
    }
    const net = nets.get(id);
    if (!net) return;
    const toggles = differing(net.value, value);
    const high = net.value === '1' ? now - net.since : 0;
    for (const sums of net.names) {
      sums.toggles += toggles;
      if (sums.width === 1) sums.high += high;
    }
    net.value = value;
    net.since = now;
    for (const stream of net.streams) {
      const moves = stream.halves.every((half) => half.value === '1');
      if (stream.moves) stream.sums.high += now - stream.since;
      stream.moves = moves;
      stream.since = now;
    }
  };

  for await (const line of createInterface({ input: createReadStream(file) })) {
    const first = line[0];
    if (first === '#') now = Number(line.slice(1));
    else if (first === 'b') {
      const space = line.indexOf(' ');
      change(line.slice(space + 1), line.slice(1, space));
    } else if (first === '0' || first === '1' || first === 'x' || first === 'z') change(line.slice(1), first);
    else if (line.startsWith('$scope')) {
      const [, kind = '', name = ''] = line.split(' ');
      scopes.push({ kind, name });
      enter();
    } else if (line.startsWith('$upscope')) {
      scopes.pop();
      enter();
    } else if (line.startsWith('$var')) {
      const [, , width, id = '', name = ''] = line.split(/ +/);
      declare(Number(width), id, name);
    } else if (line.startsWith('$enddefinitions')) {
      pairStreams();
    }
  }
  // What is still 1 counts up to the end.
  for (const [id, { value }] of nets) if (id !== clock) change(id, value);
  const period = cycles > 1 ? (lastEdge - firstEdge) / (cycles - 1) : 1;
  for (const named of instances.values()) {
    for (const sums of named.values()) sums.high = Math.round(sums.high / period);
  }
  return { cycles, instances };
}

/** Bits that went from 0 to 1 or back. A VCD leaves zeros in front out, and repeats an x in front. */
function differing(before: string, after: string): number {
  if (before === '') return 0;
  if (before.length === 1 && after.length === 1) return before !== after && isBit(before) && isBit(after) ? 1 : 0;
  const width = Math.max(before.length, after.length);
  const filled = (text: string): string => text.padStart(width, text[0] === 'x' || text[0] === 'z' ? text[0] : '0');
  const [a, b] = [filled(before), filled(after)];
  let count = 0;
  for (let i = 0; i < width; i++) if (a[i] !== b[i] && isBit(a[i]!) && isBit(b[i]!)) count++;
  return count;
}

const isBit = (c: string): boolean => c === '0' || c === '1';
