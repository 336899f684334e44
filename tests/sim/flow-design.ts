/** A small design with one of everything that flow files describe: streams, vectors, groups, a memory and an array in macros. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

import { flowChoice, flowOutputs } from '../../src/cli/flow-outputs.ts';
import { fileLists, manifestOf } from '../../src/cli/manifest.ts';
import { fifo } from '../../src/components/fifo/fifo.ts';
import { fork } from '../../src/components/fork/fork.ts';
import { memoryBus, sram } from '../../src/components/sram/sram.ts';
import { elaborate } from '../../src/dsl/elaborate.ts';
import { bits, many, payload, signed, stream, vector } from '../../src/dsl/kinds.ts';
import { input, output, slave } from '../../src/dsl/ports.ts';
import { accelerator, defineStructure } from '../../src/dsl/structure.ts';
import { flowNames } from '../../src/flow/settings.ts';
import { designFiles, readTemplate } from '../../src/sim/design-files.ts';
import { z } from 'zod';

const item = payload('item', { data: vector(3, signed(5)), tag: bits(1) });

const store = defineStructure({
  name: 'store',
  summary: 'A level with a memory in it.',
  parameters: z.strictObject({}),
  ports: () => ({ port: slave(memoryBus(20, 70)), standard: slave(memoryBus(16, 12)) }),
  build: (_, { instance, connect, port }) => {
    connect(port.port, instance('main', sram({ role: 'word', depth: 20, width: 70 })).memory);
    const cells = sram({ role: 'cell', technology: 'reram', depth: 16, width: 12 });
    connect(port.standard, instance('cells', cells).memory);
  },
});

const ports = {
  items: input(stream(item)),
  copies: output(many(2, stream(item))),
  memory: slave(memoryBus(20, 70)),
  standard: slave(memoryBus(16, 12)),
};

const part = accelerator('tiny', ports, ({ instance, connect, port }) => {
  const queue = instance('queue', fifo(item, 2));
  const copy = instance('copy', fork(item, 2));
  const level = instance('level', store());
  connect(port.items, queue.put);
  connect(queue.get, copy.from);
  connect(copy.to, port.copies);
  connect(port.memory, level.port);
  connect(port.standard, level.standard);
});

/** The netlist, all files and the manifest of the small design, with all groups of flow files. */
export async function tiny(settings: readonly string[] = ['macroWidth=32', 'macroDepth=16']) {
  const { netlist } = elaborate(part, 'tiny');
  const files = designFiles(netlist);
  const flow = flowChoice(undefined, flowNames, settings);
  const outputs = await flowOutputs(flow.names, {
    label: 'tiny',
    netlist,
    files,
    settings: flow.settings,
    read: readTemplate,
  });
  const manifest = manifestOf('tiny', netlist, files, outputs);
  const all = [...fileLists(manifest), ...files, ...[...outputs.values()].flat()];
  return { netlist, files, manifest, all, text: (path: string) => all.find((f) => f.path === path)!.text };
}

/** A folder that is gone after the tests, with these files. */
export function folderWith(files: readonly { readonly path: string; readonly text: string }[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'prunus-flow-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Runs a program in a folder: its exit code and all it said. */
export function run(cwd: string, command: string, args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  return { status, said: stdout + stderr };
}
