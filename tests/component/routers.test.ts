import { routerChecks } from './checks/routers.ts';
import { testChecks } from './run.ts';

testChecks(routerChecks);
