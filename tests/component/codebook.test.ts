import { describe } from 'vitest';
import { codebookChecks, exactCodebookChecks } from './checks/codebook.ts';
import { testChecks } from './run.ts';

describe('behavioural form', () => {
  testChecks(codebookChecks);
});

describe('ideal form', () => {
  testChecks(exactCodebookChecks, { flow: 'emulation' });
});
