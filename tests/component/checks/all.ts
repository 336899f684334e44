import type { ComponentCheck } from '../../../src/explore/component-check/check.ts';
import type { SimFlow } from '../../../src/sim/from-design.ts';
import { codebookChecks, exactCodebookChecks } from './codebook.ts';
import { controlChecks } from './control.ts';
import { coreChecks } from './core.ts';
import { idealCrossbarChecks, memoryChecks, noisyCrossbarChecks } from './crossbar.ts';
import { gatherChecks } from './gather.ts';
import { channelChecks, idealMemoryChecks, noisyMemoryChecks } from './memory.ts';
import { normalisationChecks } from './normalisation.ts';
import { relevanceChecks } from './relevance.ts';
import { relevanceChainChecks } from './relevance-chain.ts';
import { routerChecks } from './routers.ts';
import { serialChecks } from './serial.ts';
import { serialDispatchChecks } from './serial-dispatch.ts';
import { storeChecks } from './store.ts';
import { streamChecks } from './streams.ts';
import { systemChecks } from './system.ts';
import { turnChecks } from './turns.ts';
import { wayChecks } from './ways.ts';

/** Every check of a component, with the form in which it runs; smaller ones first. */
export function allChecks(): { readonly check: ComponentCheck; readonly flow: SimFlow }[] {
  const simulated = [
    ...streamChecks,
    ...turnChecks,
    ...coreChecks,
    ...normalisationChecks,
    ...controlChecks,
    ...routerChecks,
    ...memoryChecks,
    ...idealCrossbarChecks,
    ...noisyCrossbarChecks,
    ...codebookChecks,
    ...gatherChecks,
    ...serialChecks,
    ...wayChecks,
    ...serialDispatchChecks,
    ...relevanceChecks,
    ...relevanceChainChecks,
    ...systemChecks,
    ...storeChecks,
    ...channelChecks,
    ...noisyMemoryChecks,
    ...idealMemoryChecks,
  ];
  return [
    ...simulated.map((check) => ({ check, flow: 'simulation' as const })),
    ...[...idealCrossbarChecks, ...exactCodebookChecks].map((check) => ({ check, flow: 'emulation' as const })),
  ];
}
