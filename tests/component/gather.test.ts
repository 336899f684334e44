import { gatherChecks } from './checks/gather.ts';
import { testChecks } from './run.ts';

testChecks(gatherChecks);
