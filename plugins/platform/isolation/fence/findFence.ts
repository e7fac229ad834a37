// The best fence that works on this machine: each is tried, and what a try shows is what counts.
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { sentenceOf } from '@postroom/sdk';
import { bubblewrapCommand } from './bubblewrap.js';
import { type FencedCommand, type FenceKind, NO_FENCE, type PluginFence } from './fence.js';
import { namespacesCommand } from './namespaces.js';
import { probeFence } from './probe.js';

export interface FenceSearch {
  readonly fence: PluginFence;
  /** Why a better one is not used, by kind: sentences' ends, "is not installed". */
  readonly missing: ReadonlyMap<FenceKind, string>;
}

interface Candidate {
  readonly kind: FenceKind;
  /** The program's name, to be found in PATH. */
  readonly program: string;
  readonly wraps: (program: string) => readonly PluginFence['wrap'][];
}

const CANDIDATES: readonly Candidate[] = [
  {
    kind: 'bubblewrap',
    program: 'bwrap',
    wraps: (bwrap) => [false, true].map((plain) => (command: FencedCommand) => bubblewrapCommand(command, { bwrap, plain })),
  },
  {
    kind: 'namespaces',
    program: 'unshare',
    wraps: (unshare) => [false, true].map((plain) => (command: FencedCommand) => namespacesCommand(command, { unshare, plain })),
  },
];

/** `kinds`: those that may be used. Never rejects. */
export async function findFence(kinds: readonly FenceKind[] = ['bubblewrap', 'namespaces']): Promise<FenceSearch> {
  const missing = new Map<FenceKind, string>();
  for (const { kind, program, wraps } of process.platform === 'linux' ? CANDIDATES : []) {
    if (!kinds.includes(kind)) continue;
    const found = await inPath(program);
    if (found === undefined) {
      missing.set(kind, 'is not installed');
      continue;
    }
    for (const wrap of wraps(found)) {
      try {
        const closed = await probeFence(wrap);
        if (closed.network) return { fence: { kind, closed, wrap }, missing };
        missing.set(kind, 'does not close the network');
      } catch (error) {
        missing.set(kind, `does not work here (${sentenceOf(error)})`);
      }
    }
  }
  return { fence: NO_FENCE, missing };
}

async function inPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] || '/usr/bin:/bin').split(path.delimiter).filter((each) => path.isAbsolute(each))) {
    const file = path.join(folder, program);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}
