// The arguments of unshare (unshare(1)): no network and no other process. Files stay as they are: those the allow-list and Node's permissions close.
import type { FencedCommand, LaunchCommand } from './fence.js';

export interface NamespacesOptions {
  /** Where unshare is. */
  readonly unshare: string;
  /** Without its own /proc, which some containers refuse. */
  readonly plain: boolean;
}

export function namespacesCommand({ program, args }: FencedCommand, { unshare, plain }: NamespacesOptions): LaunchCommand {
  const spaces = ['--user', '--map-current-user', '--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child=KILL'];
  return { program: unshare, args: [...spaces, ...(plain ? [] : ['--mount-proc']), '--', program, ...args] };
}
