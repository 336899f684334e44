import { systemChecks } from './checks/system.ts';
import { testChecks } from './run.ts';

testChecks(systemChecks);
