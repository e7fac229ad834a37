// HAProxy in front of two servers, as docs/scaling.md has it.
import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../kit/sourceFiles.js';
import { freePorts, startDaemon, stopDaemon } from './daemon.js';
import type { WorkFolder } from './workFolder.js';

export const SERVICES = ['pop3', 'pop3s', 'smtp', 'smtps', 'https'] as const;
export type Service = (typeof SERVICES)[number];
export type ServicePorts = Readonly<Record<Service, number>>;

export async function freeServicePorts(): Promise<ServicePorts> {
  const ports = await freePorts(SERVICES.length);
  return Object.fromEntries(SERVICES.map((service, at) => [service, ports[at] ?? 0])) as ServicePorts;
}

/** A server behind it: its name in the file, where it listens here, and how HAProxy names the client to it. */
export interface Backend {
  readonly name: string;
  readonly ports: ServicePorts;
  readonly header: string;
}

export class Haproxy {
  private constructor(
    readonly ports: ServicePorts,
    private readonly child: ChildProcess,
  ) {}

  static async start(work: WorkFolder, backends: readonly Backend[]): Promise<Haproxy> {
    const ports = await freeServicePorts();
    const file = path.join(work.path, 'haproxy.cfg');
    await writeFile(file, onThisMachine(await fileInTheDocs(), ports, backends));
    return new Haproxy(ports, await startDaemon('haproxy', ['-db', '-f', file], ports.pop3));
  }

  async stop(): Promise<void> {
    await stopDaemon(this.child);
  }
}

async function fileInTheDocs(): Promise<string> {
  const page = await readFile(path.join(ROOT, 'docs', 'scaling.md'), 'utf8');
  const [, text] = /^```haproxy\n([\s\S]*?)^```$/m.exec(page) ?? [];
  if (text === undefined) throw new Error('docs/scaling.md has no file for HAProxy.');
  return text;
}

/** Addresses and ports of the docs become those of this run; nothing else changes but the version of the header. */
function onThisMachine(text: string, ports: ServicePorts, backends: readonly Backend[]): string {
  let service: Service = 'pop3';
  const lines = text.split('\n').map((line) => {
    service = SERVICES.find((each) => line === `listen ${each}`) ?? service;
    const [, name] = /^ {2}server (\S+) /.exec(line) ?? [];
    const backend = backends.find((each) => each.name === name);
    if (backend === undefined) return line.replace(/^ {2}bind :\d+$/, `  bind 127.0.0.1:${ports[service]}`);
    return line.replace(/ [\d.]+:\d+ /, ` 127.0.0.1:${backend.ports[service]} `).replace('send-proxy-v2', backend.header);
  });
  return lines.join('\n');
}
