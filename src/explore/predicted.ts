import type { HardseaHead } from '../architectures/hardsea/functional.ts';
import type { AttentionHead } from '../architectures/head.ts';

/** Whether a head comes with what its relevance is predicted from. */
export const isPredicted = (head: AttentionHead): head is HardseaHead => 'codebook' in head;
