// Tries a fence: runs Node behind it and lets it reach for a file, a port and a process of this machine. What it gets is not closed, whatever the
// fence promises.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Closed, PluginFence } from './fence.js';

const PATIENCE_MS = 10_000;

/** Runs in the fence: answers what it got as JSON. */
const REACH = `
const [file, port, pid] = JSON.parse(process.argv[1]);
const { readFileSync, writeFileSync } = require('node:fs');
const got = (reach) => { try { reach(); return true; } catch { return false; } };
writeFileSync('written', 'here');
const answer = (network) => {
  const processes = got(() => process.kill(pid, 0)) || got(() => readFileSync('/proc/' + pid + '/environ'));
  process.stdout.write(JSON.stringify({ files: !got(() => readFileSync(file)), processes: !processes, network: !network }), () => process.exit(0));
};
require('node:net').connect(port, '127.0.0.1').on('connect', () => answer(true)).on('error', () => answer(false));
`;

/** Rejects with what went wrong where nothing runs behind it. */
export async function probeFence(wrap: PluginFence['wrap']): Promise<Closed> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postroom-fence-'));
  const door = createServer((socket) => socket.destroy());
  try {
    const [outside, storage] = [path.join(folder, 'outside'), path.join(folder, 'storage')];
    await writeFile(outside, 'not for plugins');
    await mkdir(storage);
    await once(door.listen(0, '127.0.0.1'), 'listening');
    const reach = JSON.stringify([outside, (door.address() as AddressInfo).port, process.pid]);
    const { program, args } = wrap({ program: process.execPath, args: ['-e', REACH, reach], readable: [], writable: storage });
    return readAnswer(await run(program, args, storage));
  } finally {
    await new Promise((resolve) => door.close(resolve));
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(program, args, { cwd, env: {}, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
  const [output, complaint] = [text(child.stdout), text(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error((await complaint).trim().split('\n')[0] || `it ended with ${code}`);
  return output;
}

function readAnswer(answer: string): Closed {
  const { files, network, processes } = JSON.parse(answer) as Closed;
  return { files, network, processes };
}
