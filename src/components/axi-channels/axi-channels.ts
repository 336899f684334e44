import { z } from 'zod';
import { defineComponent } from '../../dsl/component.ts';
import { master, slave } from '../../dsl/ports.ts';
import { axi, axiRead, axiWrite } from '../axi.ts';
import { beatBytes } from '../beat-collect/beat-collect.ts';
import { addressBits } from '../layer-fetch/layer-fetch.ts';

/** Read and write channels, which know nothing of each other, as one port. */
export const axiChannels = defineComponent({
  name: 'axi_channels',
  summary: 'Joins the read and the write channels of two masters to one AXI4 port.',
  parameters: z.strictObject({ addressBits, bytes: beatBytes }),
  ports: (p) => {
    const shape = { addressBits: p.addressBits, dataBits: 8 * p.bytes };
    return { read: slave(axiRead(shape)), write: slave(axiWrite(shape)), bus: master(axi(shape)) };
  },
  template: { file: 'axi-channels/axi-channels.v.hbs' },
  view: (p) => {
    const shape = { addressBits: p.addressBits, dataBits: 8 * p.bytes };
    const ends = (name: string, signals: ReturnType<typeof axi>['signals']) =>
      Object.entries(signals).map(([signal, { from }]) =>
        from === 'master' ? `bus_${signal} = ${name}_${signal}` : `${name}_${signal} = bus_${signal}`,
      );
    return { ends: [...ends('read', axiRead(shape).signals), ...ends('write', axiWrite(shape).signals)] };
  },
});
