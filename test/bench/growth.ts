// How costs grow: the same work with ten times as much of one thing. Linear or better is asked for, without a cliff.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTestHost } from '@postroom/sdk/testing';
import { LineClient } from '../plugins/smtp/lineClient.js';
import { fillOutbox } from './fillStore.js';
import { collecting } from './growth/collecting.js';
import { type Point, withServer } from './growth/point.js';
import { letterOf } from './letters.js';
import { memoryOf, sample } from './measure.js';
import { USER_PASSWORD } from './ourServer.js';
import { lookAtMailbox, ONE_AT_A_TIME, readMailbox } from './pop3Clients.js';
import type { Bench } from './row.js';
import { NEIGHBOUR } from './rows/plugins.js';

const run = promisify(execFile);
const MESSAGES = 1_000;
/** Between two points of a curve the machine may be disturbed. */
const TOLERANCE = 1.5;
/** Processor time is counted in ticks of 10 ms. */
const LEAST_MS = 0.05;
/** What the Pro edition allows in an account. */
const MOST_USERS = 64;

interface Curve {
  readonly name: string;
  readonly title: string;
  readonly sizes: readonly number[];
  readonly measure: (bench: Bench, size: number) => Promise<Point>;
}

const CURVES: readonly Curve[] = [
  { name: 'mailbox', title: 'mailbox size; login, STAT, UIDL: ms', sizes: [1_000, 10_000, 100_000], measure: mailboxSize },
  { name: 'reading', title: 'mailbox size; RETR of everything: ms a message', sizes: [1_000, 10_000], measure: reading },
  {
    name: 'users',
    title: 'users, at most 64 in an account; submission to one of them: ms a message',
    sizes: [1, 64, 1_280],
    measure: users,
  },
  { name: 'accounts', title: 'accounts of 64 users; the start: ms', sizes: [1, 5, 20], measure: accounts },
  { name: 'recipients', title: 'recipients of a message; submission: ms a message', sizes: [1, 8, 64], measure: recipients },
  { name: 'outbox', title: 'messages in the Outbox; submission of one more: ms a message', sizes: [1, 1_000, 100_000], measure: outbox },
  {
    name: 'collecting',
    title: 'accounts that collect 500 messages each in one round; ms a message',
    sizes: [1, 5, 20],
    measure: collecting,
  },
  { name: 'filters', title: 'filters in processes of their own; sorting: ms a message', sizes: [1, 10, 50], measure: filters },
];

/** Prints the curves: those named, or all. With --quick their last point is left out. */
export async function growth(bench: Bench, only: readonly string[]): Promise<void> {
  const wanted = CURVES.filter(({ name }) => only.length === 0 || only.includes(name));
  if (wanted.length === 0) bench.say(`There is no curve of that name. There are: ${CURVES.map(({ name }) => name).join(', ')}.`);
  for (const { title, sizes, measure } of wanted) {
    const points: Point[] = [];
    for (const size of bench.quick ? sizes.slice(0, 2) : sizes) points.push(await measure(bench, size));
    print(bench, title, points);
  }
}

/** Costs may grow as their cause does, and by what a small start hides; more is a cliff. Pure. */
export function growsTooFast(points: readonly Pick<Point, 'size' | 'cpu' | 'memoryMB'>[]): boolean {
  return points.some((point, index) => {
    const before = points[index - 1];
    if (before === undefined) return false;
    const most = (point.size / before.size) * TOLERANCE;
    return point.cpu > Math.max(before.cpu, LEAST_MS) * most || point.memoryMB > before.memoryMB * most;
  });
}

function print(bench: Bench, title: string, points: readonly Point[]): void {
  const lines = points.map(
    ({ size, cpu, wall, memoryMB }) =>
      `  ${size.toLocaleString('en-US').padStart(9)}  processor ${cpu.toFixed(2)}  clock ${wall.toFixed(2)}  memory ${Math.round(memoryMB)} MB`,
  );
  const verdict = growsTooFast(points) ? '  NOT REACHED: it grows faster than its cause' : '  reached: linear or better';
  bench.say([title, ...lines, verdict].join('\n'));
  if (growsTooFast(points)) process.exitCode = 1;
}

async function mailboxSize(bench: Bench, size: number): Promise<Point> {
  const point = await withServer(bench, `growth-box-${size}`, { users: 1 }, size, async (server) => {
    const login = { port: server.pop3, user: 'user0@works.example', password: USER_PASSWORD };
    await lookAtMailbox(login);
    return [await sample(server.pid, () => lookAtMailbox(login)), 1];
  });
  return { ...point, size };
}

async function reading(bench: Bench, size: number): Promise<Point> {
  const point = await withServer(bench, `growth-read-${size}`, { users: 1 }, size, async (server) => {
    const login = { port: server.pop3, user: 'user0@works.example', password: USER_PASSWORD };
    return [await sample(server.pid, () => readMailbox(login, ONE_AT_A_TIME, 1)), size];
  });
  return { ...point, size };
}

async function users(bench: Bench, size: number): Promise<Point> {
  const options = {
    users: Math.min(size, MOST_USERS),
    accounts: Math.ceil(size / MOST_USERS),
    settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'] },
  };
  const point = await withServer(bench, `growth-users-${size}`, options, 0, async (server) => {
    const mail = ['-s', '20', '-m', String(MESSAGES), '-l', '4096', '-d', '-f', 'user0@works.example', '-t', 'user0@works.example'];
    const send = (): Promise<unknown> => run('smtp-source', [...mail, `inet:127.0.0.1:${server.smtp}`]);
    await send();
    return [await sample(server.pid, send), MESSAGES];
  });
  return { ...point, size };
}

async function accounts(bench: Bench, size: number): Promise<Point> {
  const point = await withServer(bench, `growth-accounts-${size}`, { accounts: size, users: 64 }, 0, (server) =>
    Promise.resolve([{ cpu: server.startCpuMs, wall: server.startMs }, 1]),
  );
  return { ...point, size };
}

async function recipients(bench: Bench, size: number): Promise<Point> {
  const messages = 100;
  const options = { users: 64, settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'] } };
  const to = Array.from({ length: size }, (_, number) => `RCPT TO:<user${number}@works.example>`);
  const text = `${letterOf(4096, 1).toString('latin1')}.\r\n`;
  const point = await withServer(bench, `growth-recipients-${size}`, options, 0, async (server) => {
    const client = await LineClient.open(server.smtp);
    const send = async (count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent += 1) {
        await client.run('MAIL FROM:<user0@works.example>', ...to, 'DATA');
        client.write(text);
        const answer = await client.reply();
        if (!answer.startsWith('250')) throw new Error(`A message to ${size} was answered ${answer}`);
      }
    };
    await client.run('EHLO office.example');
    await send(messages / 4);
    const taken = await sample(server.pid, () => send(messages));
    client.close();
    return [taken, messages];
  });
  return { ...point, size };
}

async function outbox(bench: Bench, size: number): Promise<Point> {
  const fill = (dataDir: string): Promise<void> => fillOutbox(dataDir, size, 600);
  const options = { users: 1, settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'] } };
  const messages = 200;
  const mail = ['-s', '5', '-m', String(messages), '-l', '4096', '-d', '-f', 'user0@works.example', '-t', 'olga@customer.example'];
  const point = await withServer(bench, `growth-outbox-${size}`, options, fill, async (server) => {
    const send = (): Promise<unknown> => run('smtp-source', [...mail, `inet:127.0.0.1:${server.smtp}`]);
    await send();
    return [await sample(server.pid, send), messages];
  });
  return { ...point, size };
}

/** Plugins as an administrator installs them; the memory is that of the server without their processes, each of which has its own. */
async function filters(bench: Bench, size: number): Promise<Point> {
  const plugins: string[] = [];
  for (let number = 0; number < size; number += 1) {
    const folder = path.join(bench.folder, `growth-filters-${size}`, `filter-${number}`);
    await mkdir(folder, { recursive: true });
    await cp(NEIGHBOUR, folder, { recursive: true });
    const manifest = await readFile(path.join(folder, 'package.json'), 'utf8');
    await writeFile(path.join(folder, 'package.json'), manifest.replace('"name": "neighbour"', `"name": "filter-${number}"`));
    plugins.push(folder);
  }
  const host = await startTestHost({ plugins });
  try {
    const messages = 40;
    const sort = async (): Promise<void> => {
      for (let sorted = 0; sorted < messages; sorted += 1)
        await host.sort(letterOf(1_000, sorted, 'mail@company.example').toString('latin1'));
    };
    await sort();
    const { cpu, wall } = await sample(process.pid, sort);
    return { size, cpu: cpu / messages, wall: wall / messages, memoryMB: memoryOf(process.pid).now };
  } finally {
    await host.stop();
  }
}
