import { storesOf, storesOfChannel } from '../../../components/request-router/request-router.ts';
import type { Read } from './channel.ts';

/** Which store a router's port belongs to, in the routers' order: keys of all lanes, then values. */
export interface Port {
  readonly lane: number;
  readonly value: boolean;
}

/** The timing of the request and fill routers between token stores and channels. */
export class RouterTiming {
  readonly ports: readonly Port[];
  /** Requests on their way to a channel. */
  readonly asked: (Read | undefined)[];
  /** Tokens on their way to a store, by port: its number in the store. */
  readonly filling: (number | undefined)[];

  private readonly corelets: number;
  private readonly channels: number;
  /** Ports that a channel may hear from, and channels a port may hear from. */
  private readonly portsOf: number[][];
  private readonly channelsOf: number[][];
  private readonly askTurn: number[];
  private readonly fillTurn: number[];

  constructor(tokens: number, channels: number, corelets: number) {
    this.corelets = corelets;
    this.channels = channels;
    const stores = storesOf(corelets);
    this.ports = stores;
    const names = stores.map((s) => s.name);
    this.portsOf = Array.from({ length: channels }, (_, c) =>
      storesOfChannel(c, { tokens, channels, corelets }).map((s) => names.indexOf(s.name)),
    );
    this.channelsOf = stores.map((_, port) =>
      Array.from({ length: channels }, (__, c) => c).filter((c) => this.portsOf[c].includes(port)),
    );
    this.asked = Array.from({ length: channels }, () => undefined);
    this.filling = stores.map(() => undefined);
    this.askTurn = this.asked.map(() => 0);
    this.fillTurn = stores.map(() => 0);
  }

  private tokenOf(port: number, index: number): number {
    return index * this.corelets + this.ports[port].lane;
  }

  /** Which port's request each channel takes (-1: none); `requests` by port, `taken` whether a channel takes its waiting one. */
  grantRequests(requests: readonly (number | undefined)[], taken: readonly boolean[]): number[] {
    return this.portsOf.map((ports, c) => {
      if (this.asked[c] !== undefined && !taken[c]) return -1;
      for (let i = 0; i < ports.length; i++) {
        const port = ports[(this.askTurn[c] + i) % ports.length];
        const index = requests[port];
        if (index !== undefined && this.tokenOf(port, index) % this.channels === c) return port;
      }
      return -1;
    });
  }

  /** Which channel each port takes a vector from (-1: none). A store always takes what arrives. */
  grantFills(leaving: readonly (Read | undefined)[]): number[] {
    return this.channelsOf.map((channels, port) => {
      const { lane, value } = this.ports[port];
      for (let i = 0; i < channels.length; i++) {
        const c = channels[(this.fillTurn[port] + i) % channels.length];
        const read = leaving[c];
        if (read && read.value === value && read.token % this.corelets === lane) return c;
      }
      return -1;
    });
  }

  /** One clock edge. */
  step(
    requests: readonly (number | undefined)[],
    requestGrants: readonly number[],
    taken: readonly boolean[],
    leaving: readonly (Read | undefined)[],
    fillGrants: readonly number[],
  ): void {
    for (const [c, port] of requestGrants.entries()) {
      if (this.asked[c] !== undefined && !taken[c]) continue;
      this.asked[c] = undefined;
      if (port < 0) continue;
      this.asked[c] = { token: this.tokenOf(port, requests[port]!), value: this.ports[port].value };
      this.askTurn[c] = (this.portsOf[c].indexOf(port) + 1) % this.portsOf[c].length;
    }
    for (const [port, c] of fillGrants.entries()) {
      this.filling[port] = undefined;
      if (c < 0) continue;
      this.filling[port] = Math.floor(leaving[c]!.token / this.corelets);
      this.fillTurn[port] = (this.channelsOf[port].indexOf(c) + 1) % this.channelsOf[port].length;
    }
  }
}
