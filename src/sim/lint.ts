/** What the tools have to say about emitted Verilog, as data. */
import { recordRun } from './ledger.ts';
import { runTool } from './processes.ts';
import { isVerilog, type SimFile } from './top.ts';
import { inTemporaryFolder, writeFiles } from './workspace.ts';

export interface LintMessage {
  readonly tool: 'verilator' | 'iverilog' | 'yosys';
  readonly severity: 'warning' | 'error';
  /** Verilator's name of the rule, such as `WIDTH`; `latch`, `undriven`, `loop`, `check` from yosys. */
  readonly rule: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly text: string;
}

export interface LintOptions {
  /** Default: whatever module nobody instantiates. */
  readonly top?: string | undefined;
  readonly defines?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `verilator --lint-only -Wall` and `iverilog -Wall -g2005 -t null` over the files; an empty list is a clean bill. */
export async function lintVerilog(files: readonly SimFile[], options: LintOptions = {}): Promise<LintMessage[]> {
  return inTemporaryFolder(async (cwd) => {
    await writeFiles(cwd, files);
    const sources = files.filter(isVerilog).map((f) => f.path);
    const run = { cwd, signal: options.signal, mayFail: true };
    const defines = options.defines ?? [];
    const verilatorTop = options.top === undefined ? [] : ['--top-module', options.top];
    const icarusTop = options.top === undefined ? [] : ['-s', options.top];
    const [verilator, icarus] = await Promise.all([
      runTool(
        'verilator',
        ['--lint-only', '-Wall', ...defines.map((d) => `+define+${d}`), ...verilatorTop, ...sources],
        run,
      ),
      runTool(
        'iverilog',
        ['-Wall', '-g2005', '-t', 'null', ...defines.map((d) => `-D${d}`), ...icarusTop, ...sources],
        run,
      ),
    ]);
    return [
      ...settled('verilator', verilator.exitCode, parseVerilator(verilator.stderr), verilator.stderr),
      ...settled('iverilog', icarus.exitCode, parseIcarus(icarus.stderr + icarus.stdout), icarus.stderr),
    ];
  });
}

/** Another yosys than the one on PATH: gives its log, and throws where it fails. */
interface ScriptRunner {
  run(script: string, files: Readonly<Record<string, string>>, wanted: readonly string[]): Promise<{ log: string }>;
}

/**
 * Synthesis without a target (`synth`; with `coarse` as far as adders, multipliers and memories, short of gates; with `quick`
 * only `proc` and `opt`), then `check`: latches, undriven or multiply driven wires, combinational loops, and warnings of the
 * kinds that mean a silently wrong netlist. By the yosys on PATH, or the given one.
 */
export async function checkSynthesis(
  files: readonly SimFile[],
  top: string,
  options: {
    readonly quick?: boolean | undefined;
    readonly coarse?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly yosys?: ScriptRunner | undefined;
  } = {},
): Promise<LintMessage[]> {
  const sources = files.filter(isVerilog);
  const synth = options.coarse ? `synth -top ${top} -run begin:fine` : `synth -top ${top}`;
  const passes = options.quick ? `hierarchy -check -top ${top}; proc; opt` : synth;
  const script = (names: readonly string[]) => `read_verilog ${names.join(' ')}; ${passes}; check`;
  if (options.yosys) {
    const flat = sources.map(({ path, text }) => [path.replaceAll('/', '_'), text] as const);
    const run = options.yosys.run(`${script(flat.map(([name]) => name))}\n`, Object.fromEntries(flat), []);
    return run.then(
      ({ log }) => parseYosys(log),
      (error: Error) => settled('yosys', 1, [], error.message),
    );
  }
  return inTemporaryFolder(async (cwd) => {
    await writeFiles(cwd, files);
    const { exitCode, stdout, stderr } = await runTool('yosys', ['-p', script(sources.map((f) => f.path))], {
      cwd,
      signal: options.signal,
      mayFail: true,
    });
    recordRun('yosys', [{ cycles: 0 }]);
    return settled('yosys', exitCode, parseYosys(stdout + stderr), stderr);
  });
}

/** Makes sure that a tool which failed does not come out clean. */
function settled(tool: LintMessage['tool'], exitCode: number, messages: LintMessage[], output: string): LintMessage[] {
  if (exitCode === 0 || messages.some((m) => m.severity === 'error') || (tool === 'verilator' && messages.length > 0))
    return messages;
  const text = output.trim() || `${tool} failed with exit code ${exitCode}`;
  return [...messages, { tool, severity: 'error', rule: undefined, file: undefined, line: undefined, text }];
}

function parseVerilator(output: string): LintMessage[] {
  const pattern = /^%(Warning|Error)(?:-(\w+))?: (?:(\S+?):(\d+):\d+: )?(.*)$/gm;
  return [...output.matchAll(pattern)]
    .filter(([, , , , , text]) => !text!.startsWith('Exiting due to'))
    .map(([, severity, rule, file, line, text]) => ({
      tool: 'verilator',
      severity: severity === 'Error' ? 'error' : 'warning',
      rule,
      file,
      line: line === undefined ? undefined : Number(line),
      text: text!,
    }));
}

function parseIcarus(output: string): LintMessage[] {
  return output
    .split('\n')
    .filter((l) => l.trim() !== '' && !/^\d+ error\(s\)/.test(l))
    .map((l) => {
      const [, file, line, text] = /^(\S+?):(\d+): (.*)$/.exec(l) ?? [];
      const severity = /warning|sorry/i.test(l) ? 'warning' : 'error';
      return {
        tool: 'iverilog',
        severity,
        rule: undefined,
        file,
        line: line === undefined ? undefined : Number(line),
        text: text ?? l,
      };
    });
}

/** Everything in the log of yosys that is a warning, an error, or the inference of a latch. */
export function parseYosys(output: string): LintMessage[] {
  const message = (severity: LintMessage['severity'], text: string): LintMessage => {
    const [, file, line] = /(?:at |^)(\S+\.s?v):(\d+)/.exec(text) ?? [];
    return {
      tool: 'yosys',
      severity,
      rule: yosysRule(text),
      file,
      line: line === undefined ? undefined : Number(line),
      text,
    };
  };
  // Warnings come once when they happen and once more in a summary at the end.
  const warnings = new Set(
    [...output.matchAll(/^(\S+:\d+: )?Warning: (.*)$/gm)].map(([, where, text]) => `${where ?? ''}${text}`),
  );
  const latches = [...output.matchAll(/^Latch inferred for signal .*$/gm)].map(([text]) => text);
  const errors = [...output.matchAll(/^(\S+:\d+: )?ERROR: (.*)$/gm)].map(([, where, text]) => `${where ?? ''}${text}`);
  return [
    ...errors.map((t) => message('error', t)),
    ...[...warnings, ...new Set(latches)].map((t) => message('warning', t)),
  ];
}

function yosysRule(text: string): string | undefined {
  if (/latch inferred/i.test(text)) return 'latch';
  if (/has no driver|used but/i.test(text)) return 'undriven';
  if (/found logic loop/i.test(text)) return 'loop';
  if (/multiple conflicting drivers/i.test(text)) return 'multiply-driven';
  if (/implicitly declared/i.test(text)) return 'implicit';
  return undefined;
}
