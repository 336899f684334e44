/** The tree of instances, to read and as data. */
import type { FlowDesign, FlowFile, Instance } from './design.ts';
import { instancesOf } from './design.ts';

export function hierarchy({ netlist }: FlowDesign): FlowFile[] {
  const instances = instancesOf(netlist);
  return [
    { path: 'diagram/hierarchy.txt', text: instances.map((i) => `${line(i)}\n`).join('') },
    {
      path: 'diagram/hierarchy.json',
      text: `${JSON.stringify(
        instances.map(({ path, module }) => ({ path, module: module.name, component: module.component })),
        undefined,
        1,
      )}\n`,
    },
  ];
}

function line({ path, module }: Instance): string {
  const names = path === '' ? [] : path.split('.');
  const own = names.at(-1);
  return '  '.repeat(names.length) + (own === undefined ? module.name : `${own}: ${module.name}`);
}
