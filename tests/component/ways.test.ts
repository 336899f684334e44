import { wayChecks } from './checks/ways.ts';
import { testChecks } from './run.ts';

testChecks(wayChecks);
