/** The C++ program that runs a system's driver against its Verilated design. */
import { renderTemplate, type TemplateReader } from '../emit/leaf.ts';
import { driverView } from './c-driver.ts';
import { streamNames, type System } from './system.ts';

const lite =
  'awaddr awprot awvalid awready wdata wstrb wvalid wready bresp bvalid bready araddr arprot arvalid arready rdata rresp rvalid rready';
const axi =
  'arid araddr arlen arvalid arready rid rdata rresp rlast rvalid rready awid awaddr awlen awvalid awready wdata wstrb wlast wvalid wready bid bresp bvalid bready';

/** Bytes of the simulated memory, as a power of two. */
export const memoryBits = 24;

export function harnessText(system: System, top: string, read: TemplateReader): string {
  const driver = driverView(system);
  const view = {
    ...driver,
    top,
    lite: lite.split(' '),
    axi: axi.split(' '),
    memoryBits,
    sources: streamNames(system),
    settings: driver.settings.map(({ name, type }) => ({ name, wide: type === 'int64_t' })),
    counters: driver.counters.map((c) => c.name),
  };
  return renderTemplate(read('system/harness.cpp.hbs'), view, 'system/harness.cpp.hbs');
}
