/** What is recorded: the opening of a novel in the public domain, long enough for all 128 tokens. */
export const textSource = 'Jane Austen, Pride and Prejudice (1813), chapter 1: public domain';

export const text = [
  'It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.',
  'However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth is',
  'so well fixed in the minds of the surrounding families, that he is considered as the rightful property of some one or',
  'other of their daughters. "My dear Mr. Bennet," said his lady to him one day, "have you heard that Netherfield Park is',
  'let at last?" Mr. Bennet replied that he had not. "But it is," returned she; "for Mrs. Long has just been here, and she',
  'told me all about it." Mr. Bennet made no answer. "Do not you want to know who has taken it?" cried his wife',
  'impatiently. "You want to tell me, and I have no objection to hearing it."',
].join(' ');

/** Held against the package's own embeddings by `--check`: short, long, repeated, unknown pieces. */
export const checkSentences: readonly string[] = [
  text,
  'a',
  'The quick brown fox jumps over the lazy dog.',
  'prune prune prune prune prune prune prune prune',
  'Attention is computed over the keys that a threshold keeps; the others are never fetched.',
  'Preußen, 日本語, ½ and \u2603 are not all in the vocabulary',
];
