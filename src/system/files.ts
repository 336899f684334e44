/** Everything of a system beside its Verilog, by folder: `driver/` for C, `documents/` for people and tools. */
import type { TemplateReader } from '../emit/leaf.ts';
import { driverFiles, type TextFile } from './c-driver.ts';
import { documentFiles } from './documents.ts';
import { systemIpXact } from './ip-xact.ts';
import { registerSvd } from './svd.ts';
import type { System } from './system.ts';

export function systemFiles(system: System, top: string, read: TemplateReader): TextFile[] {
  const within = (folder: string) => (f: TextFile) => ({ path: `${folder}/${f.path}`, text: f.text });
  const { name } = system.map;
  const documents = [
    ...documentFiles(system.map),
    { path: `${name}.svd`, text: registerSvd(system.map) },
    { path: `${name}.ipxact.xml`, text: systemIpXact(system, top) },
  ];
  return [...driverFiles(system, read).map(within('driver')), ...documents.map(within('documents'))];
}
