/** All architectures at once, for programs that look at every one of them. */
import type { Architecture } from './architecture.ts';
import { architecture as hardsea } from './hardsea/architecture.ts';
import { architecture as leopard } from './leopard/architecture.ts';
import type { ArchitectureName } from './names.ts';
import { architecture as sprint } from './sprint/architecture.ts';

export const architectures: Readonly<Record<string, Architecture>> = {
  sprint,
  leopard,
  hardsea,
} satisfies Record<ArchitectureName, Architecture>;
