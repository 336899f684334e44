import { storeChecks } from './checks/store.ts';
import { testChecks } from './run.ts';

testChecks(storeChecks);
