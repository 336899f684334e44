import { serialChecks } from './checks/serial.ts';
import { testChecks } from './run.ts';

testChecks(serialChecks);
