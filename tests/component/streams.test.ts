import { streamChecks } from './checks/streams.ts';
import { testChecks } from './run.ts';

testChecks(streamChecks);
