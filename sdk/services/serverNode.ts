// One server among those on a store.
import { createServiceId } from './createServiceId.js';

/** What this server is called among those that share its store. */
export interface ServerNode {
  /** `node` in boot.json or POSTROOM_NODE; the host's name where neither says it. Two servers on one store have different ones. */
  readonly name: string;
}
export const ServerNode = createServiceId<ServerNode>('ServerNode');
