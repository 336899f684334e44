const ownFolder = /[\\/](src|dist)[\\/](dsl|components|architectures|emit|reram)[\\/]/;

/**
 * `file:line` of the nearest caller outside the library, so that a message can point at the user's own line. Falls back to the
 * nearest caller outside `src/dsl`, which is where a preset is written.
 */
export function callerLocation(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  const frames = stack
    .split('\n')
    .slice(2)
    .map((line) => /(?:\(|at )(?:async )?(?:file:\/\/)?([^()\s][^()]*?):(\d+):\d+\)?$/.exec(line.trim()))
    .filter((m): m is RegExpExecArray => m !== null && !m[1]!.startsWith('node:'))
    .map((m) => ({ file: m[1]!, line: m[2]! }));
  const outside = frames.find((f) => !ownFolder.test(f.file)) ?? frames.find((f) => !/[\\/]dsl[\\/]/.test(f.file));
  return outside ? `${outside.file.split(/[\\/]/).pop()}:${outside.line}` : undefined;
}
