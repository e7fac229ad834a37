// HAProxy in front of two servers, as docs/scaling.md has it.
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts, startDaemon, stopDaemon } from './daemon.js';
import type { WorkFolder } from './workFolder.js';

export const SERVICES = ['pop3', 'pop3s', 'smtp', 'smtps', 'https'] as const;
export type Service = (typeof SERVICES)[number];
export type ServicePorts = Readonly<Record<Service, number>>;

export async function freeServicePorts(): Promise<ServicePorts> {
  const ports = await freePorts(SERVICES.length);
  return Object.fromEntries(SERVICES.map((service, at) => [service, ports[at] ?? 0])) as ServicePorts;
}

/** A server behind it: where it listens, and how HAProxy names the client to it. */
export interface Backend {
  readonly name: string;
  readonly ports: ServicePorts;
  readonly header: string;
}

/** What tells HAProxy that a server is well; on ports with TLS a connection is enough. */
const CHECKS: Readonly<Record<Service, readonly string[]>> = {
  pop3: ['option tcp-check', 'tcp-check expect rstring ^\\+OK', 'tcp-check send QUIT\\r\\n', 'tcp-check expect rstring ^\\+OK'],
  pop3s: [],
  smtp: ['option smtpchk'],
  smtps: [],
  https: [],
};

export class Haproxy {
  private constructor(
    readonly ports: ServicePorts,
    private readonly child: ChildProcess,
  ) {}

  static async start(work: WorkFolder, backends: readonly Backend[]): Promise<Haproxy> {
    const ports = await freeServicePorts();
    const file = path.join(work.path, 'haproxy.cfg');
    const sections = SERVICES.map((service) => [
      `listen ${service}`,
      ...[
        `bind 127.0.0.1:${ports[service]}`,
        ...CHECKS[service],
        ...backends.map((each) => `server ${each.name} 127.0.0.1:${each.ports[service]} check ${each.header}`),
      ].map((line) => `  ${line}`),
    ]);
    // Both servers in turn; looked at five times a second, so that tests need not wait for it.
    const defaults = [
      'defaults',
      ...[
        'mode tcp',
        'balance roundrobin',
        'retries 3',
        'option redispatch',
        'timeout connect 5s',
        'timeout client 11m',
        'timeout server 11m',
        'default-server inter 200ms fall 2 rise 1 on-marked-down shutdown-sessions',
      ].map((line) => `  ${line}`),
    ];
    await writeFile(file, `${[...defaults, ...sections.flat()].join('\n')}\n`);
    return new Haproxy(ports, await startDaemon('haproxy', ['-db', '-f', file], ports.pop3));
  }

  async stop(): Promise<void> {
    await stopDaemon(this.child);
  }
}
