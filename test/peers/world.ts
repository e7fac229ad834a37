// Dovecot, Postfix, the device and Postroom, started together: what each suite of the peers stands on.
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { Office } from '../kit/office.js';
import { Dovecot, ISP_PASSWORD } from './dovecot.js';
import { Postfix } from './postfix.js';
import { ACCOUNTS, PASSWORD, settings, USERS } from './settings.js';
import { makeWorkFolder, type WorkFolder } from './workFolder.js';

export class World {
  private constructor(
    readonly work: WorkFolder,
    readonly dovecot: Dovecot,
    readonly postfix: Postfix,
    readonly office: Office,
    private readonly device: Server,
  ) {}

  /** The office's passwords are set through the command line; its server runs. `change`: of its settings. */
  static async start(change: (settings: Record<string, unknown>) => void = () => undefined): Promise<World> {
    const work = await makeWorkFolder();
    const device = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => device.once('listening', resolve));
    const { port } = device.address() as { port: number };
    const dovecot = await Dovecot.start(work, ['mail', 'post', 'branch']);
    const postfix = await Postfix.start(work, dovecot.authSocket);
    const all: Record<string, unknown> = { ...settings({ work, dovecot, postfix, devicePort: port }) };
    change(all);
    const office = await Office.make(path.join(work.path, 'office'), all);
    await office.start();
    for (const account of ACCOUNTS) await office.command(['accounts', 'set-password', account], `${ISP_PASSWORD}\n`);
    for (const [user, account] of Object.entries(USERS)) await office.command(['users', 'set-password', account, user], `${PASSWORD}\n`);
    await office.command(['users', 'set-password', 'admin1'], `${PASSWORD}\n`);
    return new World(work, dovecot, postfix, office, device);
  }

  async stop(): Promise<void> {
    await this.office.stop();
    await this.postfix.stop();
    await this.dovecot.stop();
    await new Promise((resolve) => this.device.close(resolve));
    await this.work.remove();
  }
}
