import { coreChecks } from './checks/core.ts';
import { testChecks } from './run.ts';

testChecks(coreChecks);
