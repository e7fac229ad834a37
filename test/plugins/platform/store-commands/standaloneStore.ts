// `postroom store ...` where no server runs, as the command line asks for it.
import type { CommandProgress } from '@postroom/sdk';
import { programHost } from '#core/programHost.js';
import { checkedAnswer } from '../../../kit/answers.js';

export interface CopyAnswer {
  readonly copied: boolean;
  readonly from: string;
  readonly to: string;
  readonly messages: number;
  readonly copies: number;
  readonly hashed: number;
  readonly setAside?: readonly string[];
  readonly next: string;
  readonly confirm?: string;
}

/** Answers what the command line would get: plain JSON, which has to be what the command declares. */
export async function runStore<T>(
  command: 'store.copy' | 'store.use',
  dataDir: string,
  args: Readonly<Record<string, unknown>> = {},
  progress: CommandProgress[] = [],
): Promise<T> {
  const alone = await programHost().standalone(dataDir);
  const call = { author: 'test', signal: new AbortController().signal, progress: (step: CommandProgress) => void progress.push(step) };
  return checkedAnswer(command, JSON.parse(JSON.stringify(await alone.run(command, args, call)))) as T;
}
