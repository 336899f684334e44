/** What `prunus doctor` shows: which external programs are there, and what to do about those that are not. */
import { runTool } from './processes.ts';
import { findTool, installLine, simTools, type ToolInfo } from './tools.ts';

export interface ToolStatus {
  readonly name: string;
  readonly found: boolean;
  /** Absolute path; undefined when not found. */
  readonly path: string | undefined;
  /** Such as `5.006`; undefined when not found or not telling. */
  readonly version: string | undefined;
  readonly neededFor: string;
  /** Without it no RTL is simulated at all. */
  readonly required: boolean;
  /** The command that installs it on Debian and its like. */
  readonly install: string;
  /** It is there but does not run: why. */
  readonly problem: string | undefined;
}

/** Asks every program for its version, all at once; each has 5 s to answer. Also takes tools of other parts of Prunus. */
export async function probeToolchain(tools: readonly ToolInfo[] = simTools): Promise<ToolStatus[]> {
  return Promise.all(tools.map(probe));
}

async function probe(tool: ToolInfo): Promise<ToolStatus> {
  const path = findTool(tool.name);
  const { name, neededFor, required } = tool;
  const base = { name, neededFor, required, path, install: installLine([tool.apt]) };
  if (path === undefined) return { ...base, found: false, version: undefined, problem: undefined };
  try {
    const { stdout, stderr } = await runTool(path, tool.versionArgs, { timeoutMs: 5000, mayFail: true });
    const version = /\d+(\.\d+)+\S*|\b\d+\.\d+\b/.exec(firstLine(stdout, stderr))?.[0]?.replace(/[),;]+$/, '');
    return { ...base, found: true, version, problem: undefined };
  } catch (error) {
    return { ...base, found: true, version: undefined, problem: (error as Error).message };
  }
}

const firstLine = (...texts: string[]): string => texts.flatMap((t) => t.split('\n')).find((l) => /\d/.test(l)) ?? '';

/** One `apt-get install` for everything that is missing; undefined when nothing is. */
export function installMissing(
  tools: readonly ToolStatus[],
  known: readonly ToolInfo[] = simTools,
): string | undefined {
  const packages = tools.filter((t) => !t.found).map((t) => known.find((k) => k.name === t.name)?.apt ?? t.name);
  return packages.length > 0 ? installLine(packages) : undefined;
}
