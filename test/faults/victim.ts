// A server that is killed: run as a process of its own, told what to do over the channel to its parent.

import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { SortStep } from '#core/flow/sort.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { arm, installKillPoints, type KillPoint } from './killPoints.js';

/** What the parent says. */
export type Order =
  | { readonly order: 'open'; readonly dataDir: string; readonly armed?: KillPoint }
  | { readonly order: 'arm'; readonly armed?: KillPoint }
  | { readonly order: 'run'; readonly id: number; readonly command: string; readonly args: unknown }
  | { readonly order: 'memory' }
  | { readonly order: 'close' };

/** What the victim says. */
export type Word =
  | { readonly word: 'loaded' }
  | { readonly word: 'ready'; readonly pop3: number; readonly smtp: number }
  | { readonly word: 'refused'; readonly problem: string }
  | { readonly word: 'answer'; readonly id: number; readonly result?: unknown; readonly problem?: string }
  | { readonly word: 'memory'; readonly rss: number; readonly resources: readonly string[] };

const say = (word: Word): void => void process.send?.(word);
let server: Server | undefined;

installKillPoints();
process.on('disconnect', () => process.exit(1));
process.on('message', (order: Order) => void obey(order));
say({ word: 'loaded' });

async function obey(order: Order): Promise<void> {
  switch (order.order) {
    case 'open':
      arm(order.armed);
      return open(order.dataDir);
    case 'arm':
      return arm(order.armed);
    case 'memory':
      globalThis.gc?.();
      return say({ word: 'memory', rss: process.memoryUsage().rss, resources: process.getActiveResourcesInfo() });
    case 'close':
      await server?.close();
      return process.disconnect();
    case 'run':
      return run(order);
  }
}

async function open(dataDir: string): Promise<void> {
  try {
    const bundledPlugins = process.env['VICTIM_PLUGINS'];
    server = await openServer({ dataDir, log: createLog('warn', process.stderr), ...(bundledPlugins !== undefined && { bundledPlugins }) });
    poison(server, process.env['POISON']);
    const port = (protocol: string): number =>
      service((server as Server).container, Ports).ports.find((each) => each.protocol === protocol && each.problem === undefined)?.port ??
      0;
    say({ word: 'ready', pop3: port('pop3'), smtp: port('smtp') });
  } catch (error) {
    say({ word: 'refused', problem: String(error) });
  }
}

/** From now on a message with this word in its subject ends the process when it is sorted. */
function poison({ container }: Server, word: string | undefined): void {
  if (word === undefined) return;
  const sorting = service(container, SortStep);
  const sort = sorting.sort.bind(sorting);
  sorting.sort = (account, mail, outside) => {
    if (mail.header('subject')?.includes(word) === true) process.kill(process.pid, 'SIGKILL');
    return sort(account, mail, outside);
  };
}

async function run({ id, command, args }: Extract<Order, { order: 'run' }>): Promise<void> {
  try {
    const call = { author: 'faults', signal: new AbortController().signal, progress: () => undefined };
    const result = await server?.run(command, args, call);
    say({ word: 'answer', id, result: JSON.parse(JSON.stringify(result ?? {})) as unknown });
  } catch (error) {
    say({ word: 'answer', id, problem: String(error) });
  }
}
