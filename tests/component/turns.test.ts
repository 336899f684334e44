import { turnChecks } from './checks/turns.ts';
import { testChecks } from './run.ts';

testChecks(turnChecks);
