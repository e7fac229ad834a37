// The plugins that mail waits for, as the flow asks for them. The plugin host knows them.
import type { Disposable } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';

/** A plugin that mail waits for. */
export interface BlockingPlugin {
  /** `publisher.name` */
  readonly id: string;
  readonly name: string;
  /** Sentences: why it does not run. */
  readonly why: string;
  /**
   * `failed`, or its files are `gone`: somebody has to see to it. `lapsed`: a stranger's version that runs and lets mail through where the former one did
   * not, before an administrator has agreed. `off`: essential, and switched off by an administrator. `changing`: soon over.
   */
  readonly how: 'failed' | 'gone' | 'lapsed' | 'off' | 'changing';
  /** Mail cannot be sorted without it: switching it off lets nothing pass. */
  readonly isNeeded: boolean;
}

export interface BlockingPlugins {
  /** Plugins that fail closed, should run, and do not: while there are any, mail is held. Asked with every message. */
  readonly blocking: readonly BlockingPlugin[];
  /** Plugins came, went, failed or recovered. */
  onDidChange(listener: () => void): Disposable;
}
export const BlockingPlugins = createServiceId<BlockingPlugins>('BlockingPlugins');

/** For people who ask why a message waits. */
export function whyBlocked(blocking: readonly BlockingPlugin[]): string {
  const away = blocking.filter(({ how }) => how !== 'lapsed');
  const names = (away.length > 0 ? away : blocking).map(({ id }) => id).join(', ');
  if (away.length === 0) return `a new version of ${names} lets mail through; sorted when somebody has agreed`;
  return `${names} ${away.length === 1 ? 'is' : 'are'} not active; sorted when back`;
}
