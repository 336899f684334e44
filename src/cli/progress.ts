/** A bar on stderr for long work, where stderr is a terminal. */
export interface Bar {
  readonly at: (done: number, note?: string) => void;
  readonly end: () => void;
}

const silent: Bar = { at: () => {}, end: () => {} };

/** `what` counts up to `total`. Nothing is shown unless stderr is a terminal. */
export async function progressBar(what: string, total: number): Promise<Bar> {
  if (!process.stderr.isTTY || total === 0) return silent;
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar(
    { stream: process.stderr, format: `${what} {bar} {value}/{total} {note}`, clearOnComplete: true, hideCursor: null },
    progress.Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  return { at: (done, note = '') => bar.update(done, { note }), end: () => bar.stop() };
}

/** One line about what is going on, on a terminal only. */
export function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}

/** A bar of which the total is known only when the work reports its first step. */
export interface LateBar {
  readonly at: (done: number, total: number, note?: string) => void;
  /** Wait for it, also when the work failed. */
  readonly end: () => Promise<void>;
}

export function lateBar(what: string): LateBar {
  let bar: Bar | undefined;
  let opening: Promise<void> | undefined;
  const open = async (total: number) => {
    bar = await progressBar(what, total);
  };
  return {
    at: (done, total, note) => {
      opening ??= open(total);
      bar?.at(done, note);
    },
    end: async () => {
      await opening;
      bar?.end();
    },
  };
}
