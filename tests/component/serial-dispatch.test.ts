import { serialDispatchChecks } from './checks/serial-dispatch.ts';
import { testChecks } from './run.ts';

testChecks(serialDispatchChecks);
