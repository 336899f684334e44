import { relevanceChecks } from './checks/relevance.ts';
import { testChecks } from './run.ts';

testChecks(relevanceChecks);
