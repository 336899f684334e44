import { controlChecks } from './checks/control.ts';
import { testChecks } from './run.ts';

testChecks(controlChecks);
