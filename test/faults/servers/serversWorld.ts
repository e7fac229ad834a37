// Two servers, the program itself, on one PostgreSQL that can fail over, and an ISP: everything of it on loopback.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { officeSettings } from '../../kit/officeSettings.js';
import { DEVICES } from '../traffic.js';
import { DatabaseHosts, type ServerWay } from './databaseHosts.js';
import { OWNERS } from './officeTraffic.js';
import { ServerUnderFire } from './serverUnderFire.js';

export interface WorldServer {
  readonly server: ServerUnderFire;
  readonly way: ServerWay;
}

export class ServersWorld {
  private constructor(
    readonly isp: PracticeIsp,
    readonly hosts: DatabaseHosts,
    /** Of the servers' data folders. */
    readonly folder: string,
    readonly both: readonly [WorldServer, WorldServer],
    /** After so long the others take over from a server. */
    readonly goneAfterMs: number,
  ) {}

  static async start(goneAfterSeconds: number): Promise<ServersWorld> {
    const isp = await PracticeIsp.start({ tls: false });
    const hosts = await DatabaseHosts.start();
    const folder = await mkdtemp(path.join(os.tmpdir(), 'postroom-servers-'));
    for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
    const settings = {
      ...officeSettings(isp),
      ...DEVICES,
      'plugins.disabled': ['postroom.admin-ui'],
      'log.level': 'warn',
      // Whoever has the timer sends by itself.
      'timer.outboxCount': 3,
    };
    const secretKey = randomBytes(32);
    const make = async (name: string): Promise<WorldServer> => {
      const way = await hosts.way();
      const plan = {
        folder: path.join(folder, name),
        settings,
        properties: { 'storePostgres.goneAfterSeconds': goneAfterSeconds },
        store: way.address(hosts.name),
        users: OWNERS.map(({ mailbox }) => mailbox),
        secretKey,
      };
      return { way, server: await ServerUnderFire.make(name, plan) };
    };
    const world = new ServersWorld(isp, hosts, folder, [await make('a'), await make('b')], goneAfterSeconds * 1000);
    try {
      for (const { server } of world.both) {
        server.start();
        await server.up();
      }
      for (const account of ['company', 'works']) {
        await world.both[0].server.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
      }
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  get servers(): readonly ServerUnderFire[] {
    return this.both.map(({ server }) => server);
  }

  async up(): Promise<void> {
    for (const server of this.servers) await server.up();
  }

  /** Messages that are still at the ISP. */
  get left(): number {
    return this.isp.mailboxes.reduce((sum, { messages }) => sum + messages.length, 0);
  }

  /** `keep`: the servers' data folders stay. */
  async stop(keep = false): Promise<void> {
    for (const server of this.servers) await server.kill().catch(() => undefined);
    await this.hosts.dispose();
    await this.isp.stop();
    if (!keep) await rm(this.folder, { recursive: true, force: true });
  }
}
