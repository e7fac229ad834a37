// The plugins that mail waits for, as the flow asks for them. The plugin host knows them.
import type { Disposable } from '@postroom/sdk';
import { type BlockingPlugin, createServiceId } from '@postroom/sdk/services';

export interface BlockingPlugins {
  /** Plugins that fail closed, should run, and do not: while there are any, mail is held. Asked with every message. */
  readonly blocking: readonly BlockingPlugin[];
  /** Resolves when what other servers on the store know of filters is known here. */
  hear(): Promise<void>;
  /** Plugins came, went, failed or recovered. */
  onDidChange(listener: () => void): Disposable;
}
export const BlockingPlugins = createServiceId<BlockingPlugins>('BlockingPlugins');

/** For people who ask why a message waits. */
export function whyBlocked(blocking: readonly BlockingPlugin[]): string {
  const away = blocking.filter(({ how }) => how !== 'lapsed' && how !== 'behind');
  const names = (away.length > 0 ? away : blocking).map(({ id }) => id).join(', ');
  if (away.length === 0 && blocking.some(({ how }) => how === 'behind'))
    return `another version of ${names} belongs here; sorted when it runs`;
  if (away.length === 0) return `a new version of ${names} lets mail through; sorted when somebody has agreed`;
  return `${names} ${away.length === 1 ? 'is' : 'are'} not active; sorted when back`;
}
