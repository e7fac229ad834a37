// What is said of fences. Pure.
import type { FenceKind } from './fence.js';
import type { FenceSearch } from './findFence.js';

export const FENCE_NAMES: Readonly<Record<FenceKind, string>> = {
  bubblewrap: 'bubblewrap',
  namespaces: 'namespaces of the system (unshare)',
  none: 'the allow-list and the permissions of Node alone',
};

/** Why `strict` does not let a plugin start; `undefined` where it does. Pure. */
export function strictRefusal({ fence, missing }: FenceSearch): string | undefined {
  const open = [
    fence.closed.files ? [] : ['files'],
    fence.closed.network ? [] : ['the network'],
    fence.closed.processes ? [] : ['processes'],
  ].flat();
  if (open.length === 0) return undefined;
  const why = missing.get('bubblewrap');
  return (
    `plugins.isolation is "strict", and on this machine the system does not close ${open.join(' and ')} to plugins` +
    `${why === undefined ? '' : `: bubblewrap ${why}`}. Install bubblewrap (Debian, Ubuntu: apt install bubblewrap), or set plugins.isolation to "auto".`
  );
}
