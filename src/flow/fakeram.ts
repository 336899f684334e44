/** What bsg_fakeram reads to make macros, stubs of these, and bodies of memories made of them. */
import type { FlowFile } from './design.ts';
import { type Bundle, memoryBody } from './memory-body.ts';
import type { FlowSettings } from './settings.ts';
import { stub } from './stub.ts';
import type { Tiling } from './tiling.ts';

export const fakeramBody = (bundle: Bundle): string => memoryBody(bundle, 'fakeram');

export const fakeramStub = (t: Tiling): string =>
  stub({
    name: t.fakeram,
    note: [`A fakeram macro of ${t.macroDepth} words of ${t.macroWidth} bits, with one port.`],
    ports: [
      { name: 'rd_out', input: false, width: t.macroWidth },
      { name: 'addr_in', input: true, width: t.macroAddress },
      { name: 'we_in', input: true, width: 1 },
      { name: 'wd_in', input: true, width: t.macroWidth },
      { name: 'w_mask_in', input: true, width: t.macroWidth },
      { name: 'clk', input: true, width: 1 },
      { name: 'ce_in', input: true, width: 1 },
    ],
  });

/** Process and pins are placeholders: bsg_fakeram asks CACTI for the rest. */
export const fakeramConfiguration = (macros: readonly Tiling[], { feature }: FlowSettings): FlowFile => ({
  path: 'memories/fakeram/fakeram.cfg',
  text: `${JSON.stringify(
    {
      tech_nm: feature,
      voltage: 1.8,
      metalPrefix: 'metal',
      pinWidth_nm: 2 * feature,
      pinPitch_nm: 8 * feature,
      srams: macros.map((t) => ({ name: t.fakeram, width: t.macroWidth, depth: t.macroDepth, banks: 1 })),
    },
    undefined,
    2,
  )}\n`,
});
