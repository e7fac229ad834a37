// What happens in `demo --cluster`, in its order: mail comes in both ways, a server is killed, the other takes over, and all mailboxes are read.
import { setTimeout as wait } from 'node:timers/promises';
import type { ProgramTools, RunCommand } from '@postroom/sdk/services';
import type { PracticeIsp } from '@postroom/sdk/testing';
import { PASSWORD } from '../howToConnect.js';
import type { DemoServer } from './demoServer.js';
import type { DemoServers } from './demoServers.js';
import { type Letter, letter, type PickedUp } from './letters.js';
import { type Handed, handIn, readMailbox } from './mailPrograms.js';

const BY_SMTP = { letters: 400, connections: 8, to: 'lisa@works.example', user: 'lisa' } as const;
const AT_ISP = { letters: 400, to: 'john@works.example', user: 'john' } as const;
/** The kill comes when the first server has promised so many by SMTP, and asked the ISP for so many. */
const KILLED_AT = { promised: 80, asked: 150 } as const;
const LOOK_EVERY_MS = 5;
const ASK_EVERY_MS = 1_000;

/** What the demo counts from. */
export interface TookIn extends Handed {
  readonly atIsp: readonly Letter[];
  readonly found: readonly PickedUp[];
  readonly first: DemoServer;
  /** From the kill until the other server had taken over. */
  readonly takeOverSeconds: number;
}

interface Tools {
  /** Aborted when the demo ends before its end. */
  readonly leaving: AbortSignal;
  readonly isp: PracticeIsp;
  readonly tools: ProgramTools;
  readonly say: (text: string) => void;
}

export async function takeMailIn({ first, second }: DemoServers, { isp, tools, say, leaving }: Tools): Promise<TookIn> {
  const atIsp = Array.from({ length: AT_ISP.letters }, (_, at) => letter('isp', at + 1, `John <${AT_ISP.to}>`));
  for (const { text } of atIsp) isp.mailbox('post').put(text);
  const bySmtp = Array.from({ length: BY_SMTP.letters }, (_, at) => letter('smtp', at + 1, `Lisa <${BY_SMTP.to}>`));
  const handed: Handed = { promised: [], sentAgain: new Set() };
  const runOn = <T>(server: DemoServer, work: (run: RunCommand) => Promise<T>): Promise<T> => {
    leaving.throwIfAborted();
    return tools.withCommands(server.dataDir, work);
  };

  say(`Handing ${BY_SMTP.letters} letters in by SMTP, in turn at both servers; front-1 collects ${AT_ISP.letters} more from the ISP.`);
  const handing = handIn(bySmtp, handed, {
    servers: [first, second],
    connections: BY_SMTP.connections,
    login: { user: 'andrew', password: PASSWORD },
    to: BY_SMTP.to,
  });
  const promisedByFirst = (): number => handed.promised.filter(({ by }) => by === first).length;
  const asked = (): number => isp.log.commands('pop3').filter((line) => line.startsWith('RETR')).length;
  await until(handing, () => promisedByFirst() >= KILLED_AT.promised);
  // It ends with its server.
  const round = runOn(first, (run) => run('send-receive', {})).catch(() => undefined);
  await until(round, () => asked() >= KILLED_AT.asked);
  await first.kill();
  const killedAt = performance.now();
  say(
    `front-1 is killed (kill -9): it had promised ${promisedByFirst()} letters by SMTP, and asked the ISP for ${asked()} of ${AT_ISP.letters}.`,
  );
  await Promise.all([handing, round]);
  say('The mail programs went on at front-2, and all they had is handed in.');

  say('Waiting until front-2 takes over what front-1 alone did: half a minute after it was last heard of.');
  const takeOverSeconds = await runOn(second, async (run) => {
    for (let nodes = await nodesOf(run); !hasTakenOver(nodes, first.name); nodes = await nodesOf(run)) await wait(ASK_EVERY_MS);
    return (performance.now() - killedAt) / 1000;
  });
  say(`front-2 has taken over, ${takeOverSeconds.toFixed(0)} s after the kill. It collects the rest.`);
  await runOn(second, async (run) => {
    say(tools.show(await run('nodes', {})));
    await run('send-receive', {});
  });

  say('Reading all mailboxes by POP3 from front-2, and comparing every letter by its SHA-256.');
  const found = [];
  for (const user of [BY_SMTP.user, AT_ISP.user]) found.push(...(await readMailbox(second, { user, password: PASSWORD })));
  return { ...handed, atIsp, found, first, takeOverSeconds };
}

interface NodeRow {
  readonly server: string;
  readonly state: 'this' | 'running' | 'gone';
  readonly holds: Readonly<Record<string, string>>;
}

async function nodesOf(run: RunCommand): Promise<readonly NodeRow[]> {
  return (await run('nodes', {})) as readonly NodeRow[];
}

/** It holds nothing that others wait for, and somebody has the timer and the tidying. */
function hasTakenOver(nodes: readonly NodeRow[], gone: string): boolean {
  const held = nodes.filter(({ state, server }) => state === 'this' && server !== gone).flatMap(({ holds }) => Object.keys(holds));
  const isRunning = nodes.some(({ server, state }) => server === gone && state === 'running');
  return !isRunning && held.includes('timer') && held.includes('tidying');
}

/** Looks until it fits, or what brings it about has ended. */
async function until(work: Promise<unknown>, fits: () => boolean): Promise<void> {
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  while (!fits() && !isOver) await wait(LOOK_EVERY_MS);
}
