// How costs grow: the same work with ten times as much of one thing. Linear or better is asked for, without a cliff.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { fillStore } from './fillStore.js';
import { memoryOf, type Sample, sample } from './measure.js';
import { makeDataFolder, OurServer, USER_PASSWORD } from './ourServer.js';
import { lookAtMailbox, ONE_AT_A_TIME, readMailbox } from './pop3Clients.js';
import type { Bench } from './row.js';

const run = promisify(execFile);
const MESSAGES = 1_000;
/** What the Pro edition allows in an account. */
const MOST_USERS = 64;

/** One point of a curve. */
interface Point {
  readonly size: number;
  /** Milliseconds of the server's processor time for one unit of work. */
  readonly cpu: number;
  readonly wall: number;
  readonly memoryMB: number;
}

/** Prints the curves. */
export async function growth(bench: Bench): Promise<void> {
  print(bench, 'mailbox size; login, STAT, UIDL: ms', await each([1_000, 10_000, 100_000], (size) => mailboxSize(bench, size)));
  print(bench, 'mailbox size; RETR of everything: ms a message', await each([1_000, 10_000], (size) => reading(bench, size)));
  print(
    bench,
    'users, at most 64 in an account; submission to one of them: ms a message',
    await each([1, 64, 1_280], (size) => users(bench, size)),
  );
  print(bench, 'accounts of 64 users; the start: ms', await each([1, 5, 20], (size) => accounts(bench, size)));
}

async function each(sizes: readonly number[], measure: (size: number) => Promise<Point>): Promise<readonly Point[]> {
  const points: Point[] = [];
  for (const size of sizes) points.push(await measure(size));
  return points;
}

function print(bench: Bench, title: string, points: readonly Point[]): void {
  const lines = points.map(
    ({ size, cpu, wall, memoryMB }) =>
      `  ${size.toLocaleString('en-US').padStart(9)}  processor ${cpu.toFixed(2)}  clock ${wall.toFixed(2)}  memory ${Math.round(memoryMB)} MB`,
  );
  bench.say([title, ...lines].join('\n'));
}

async function withServer(
  bench: Bench,
  name: string,
  options: Parameters<typeof makeDataFolder>[1],
  fill: number,
  work: (server: OurServer) => Promise<readonly [Sample, number]>,
): Promise<Point> {
  const dataDir = path.join(bench.folder, name);
  await makeDataFolder(dataDir, options);
  if (fill > 0) await fillStore(dataDir, ['works/user0'], fill, 600);
  const server = await OurServer.start(dataDir);
  try {
    const [{ cpu, wall }, units] = await work(server);
    return { size: 0, cpu: cpu / units, wall: wall / units, memoryMB: memoryOf(server.pid).now };
  } finally {
    await server.stop();
  }
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
    Promise.resolve([{ cpu: server.startCpuMs, wall: server.startMs, ownCpu: 0 }, 1]),
  );
  return { ...point, size };
}
