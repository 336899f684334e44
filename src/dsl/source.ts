/** Forward slashes, no `file://`, no query, no percent signs: so that two names of one file are equal. */
function plainPath(file: string): string {
  const path = file
    .replace(/^file:\/\//, '')
    .replace(/[?#].*$/, '')
    .replaceAll('\\', '/');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const language = folderOf(plainPath(import.meta.url));
const library = folderOf(language.slice(0, -1));

/**
 * `file:line` of the user's own call, so that a message can point at it: of the frames between the language and whoever called it
 * (a structure's `build` is called by the language again), the nearest outside the library, or else the nearest of all, which is
 * where a preset is written.
 */
export function callerLocation(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  const frames = stack.split('\n').flatMap((line) => {
    const [, file, at] = /(?:\(|at )(?:async )?([^()]+?):(\d+):\d+\)?$/.exec(line.trim()) ?? [];
    return file === undefined || file.startsWith('node:') ? [] : [{ file: plainPath(file), at }];
  });
  const own = (frame: { file: string }) => folderOf(frame.file) === language;
  const callers = frames.slice(frames.findIndex((f) => !own(f)));
  const end = callers.findIndex(own);
  const candidates = end < 0 ? callers : callers.slice(0, end);
  const found = candidates.find((f) => !f.file.startsWith(library)) ?? candidates[0];
  return found && `${found.file.slice(found.file.lastIndexOf('/') + 1)}:${found.at}`;
}
