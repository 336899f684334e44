/**
 * Yosys: the program on PATH, or the one that comes as an npm package (`@yowasp/yosys`, WebAssembly), which needs no installation and is
 * some three to six times slower. The latter runs in a worker thread, since it keeps its thread busy until it is done.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { PrunusError } from '../errors.ts';
import { recordRun } from '../sim/ledger.ts';
import { runTool } from '../sim/processes.ts';
import { findTool, installLine } from '../sim/tools.ts';
import { inTemporaryFolder } from '../sim/workspace.ts';

export const yosysKinds = ['native', 'embedded'] as const;
export type YosysKind = (typeof yosysKinds)[number];

export interface Yosys {
  readonly kind: YosysKind;
  /** Such as `Yosys 0.23 (git sha1 7ce5011c24b)`. */
  readonly version: string;
  /**
   * Runs a script over the given files, in a folder of its own; gives the log and the wanted files. Throws PR0541 when yosys fails;
   * the message ends with what it said.
   */
  run(script: string, files: Readonly<Record<string, string>>, wanted: readonly string[]): Promise<YosysOutput>;
  /** To be called when it is needed no more. */
  close(): Promise<void>;
}

export interface YosysOutput {
  readonly log: string;
  readonly files: Readonly<Record<string, string>>;
}

const embeddedPackage = '@yowasp/yosys@0.55.944';
const versionOf = (log: string): string =>
  /Yosys \d\S* ?(\(git sha1 \w+)?/.exec(log)?.[0].replace(/\(.*/, (t) => `${t})`) ?? 'Yosys';

/** The yosys of the wanted kind; without a wish the native one where there is one. Throws PR0540 when there is none. */
export async function openYosys(wanted?: YosysKind): Promise<Yosys> {
  const path = wanted === 'embedded' ? undefined : findTool('yosys');
  if (path !== undefined) return native(path);
  const bundle = wanted === 'native' ? undefined : embeddedBundle();
  if (bundle !== undefined) return embedded(bundle);
  const install = { native: installLine(['yosys']), embedded: `npm install ${embeddedPackage}` };
  const what =
    wanted === 'native'
      ? 'yosys is not on PATH'
      : wanted
        ? `the package ${embeddedPackage} is not installed`
        : `neither yosys nor the package ${embeddedPackage} is there`;
  throw new PrunusError(
    'PR0540',
    `Synthesis needs Yosys, and ${what}.`,
    wanted ? install[wanted] : `${install.native} or ${install.embedded}`,
  );
}

async function native(path: string): Promise<Yosys> {
  const { stdout } = await runTool(path, ['-V'], { timeoutMs: 20_000 });
  return {
    kind: 'native',
    version: versionOf(stdout),
    run: (script, files, wanted) =>
      inTemporaryFolder(async (cwd) => {
        const all = { ...files, 'script.ys': script };
        await Promise.all(Object.entries(all).map(([name, text]) => writeFile(join(cwd, name), text)));
        const {
          exitCode,
          stdout: log,
          stderr,
        } = await runTool(path, ['-Q', '-T', '-s', 'script.ys'], { cwd, mayFail: true });
        recordRun('yosys', [{ cycles: 0 }]);
        if (exitCode !== 0) throw failed(stderr + log);
        const texts = wanted.map(async (name) => [name, await readFile(join(cwd, name), 'utf8')] as const);
        return { log: log + stderr, files: Object.fromEntries(await Promise.all(texts)) };
      }),
    close: async () => {},
  };
}

function embeddedBundle(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@yowasp/yosys');
  } catch {
    return undefined;
  }
}

interface Reply {
  readonly id: number;
  readonly log: string;
  readonly files?: Readonly<Record<string, string>>;
  /** It failed. */
  readonly error?: string;
}

/** Runs in the worker, as it is: no types. */
const workerCode = `
const { parentPort, workerData } = require('node:worker_threads');
const library = import(workerData);
parentPort.on('message', async ({ id, script, files, wanted }) => {
  const decoder = new TextDecoder();
  let log = '';
  const write = (bytes) => { if (bytes) log += decoder.decode(bytes, { stream: true }); };
  try {
    const { runYosys } = await library;
    const args = script === undefined ? ['-V'] : ['-Q', '-T', '-s', 'script.ys'];
    const made = await runYosys(args, { ...files, 'script.ys': script ?? '' }, { stdout: write, stderr: write });
    const text = (file) => typeof file === 'string' ? file : new TextDecoder().decode(file);
    parentPort.postMessage({ id, log, files: Object.fromEntries(wanted.map((name) => [name, text(made[name])])) });
  } catch (error) {
    parentPort.postMessage({ id, log, error: String(error) });
  }
});`;

async function embedded(bundle: string): Promise<Yosys> {
  const worker = new Worker(workerCode, { eval: true, workerData: pathToFileURL(bundle).href, execArgv: [] });
  worker.unref();
  const waiting = new Map<number, { done: (reply: Reply) => void; lost: (error: Error) => void }>();
  worker.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.done(reply);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (error) => {
    for (const { lost } of waiting.values()) lost(failed(error.message));
    waiting.clear();
  });
  let next = 0;
  const ask = (script: string | undefined, files: Readonly<Record<string, string>>, wanted: readonly string[]) => {
    const id = next++;
    worker.ref();
    return new Promise<Reply>((done, lost) => {
      waiting.set(id, { done, lost });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id, script, files, wanted });
    });
  };
  return {
    kind: 'embedded',
    version: versionOf((await ask(undefined, {}, [])).log),
    run: async (script, files, wanted) => {
      const { log, files: made, error } = await ask(script, files, wanted);
      if (error !== undefined) throw failed(`${log}\n${error}`);
      recordRun('yosys', [{ cycles: 0 }]);
      return { log, files: made! };
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** Its complaint, else the end of what it printed. */
function failed(output: string): PrunusError {
  const lines = output.trimEnd().split('\n');
  const error = lines.findLast((l) => /ERROR|error/.test(l));
  return new PrunusError('PR0541', `yosys failed: ${error ?? lines.slice(-5).join('\n')}`);
}
