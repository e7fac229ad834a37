// A server with two accounts at two ISPs, of which one goes wrong and the other must not notice.
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { RoundReason } from '@postroom/sdk';
import { type RoundReport, Rounds } from '@postroom/sdk/services';
import { PRACTICE_PASSWORD, PracticeIsp, type PracticeIspOptions } from '@postroom/sdk/testing';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { DOMAIN, ispServers, officeSettings, REGULAR } from '../kit/officeSettings.js';
import { DEVICES } from './traffic.js';

export class LinkWorld {
  private constructor(
    /** Where the account `company` collects and sends: the one that goes wrong. */
    readonly faulty: PracticeIsp,
    /** Where the account `works` collects and sends. */
    readonly healthy: PracticeIsp,
    readonly dataDir: string,
    private readonly server: Server,
  ) {}

  /** `company`: further properties of the account that goes wrong, `isp` the options of its ISP. */
  static async start(company: Readonly<Record<string, unknown>> = {}, isp: PracticeIspOptions = {}): Promise<LinkWorld> {
    const [faulty, healthy] = await Promise.all([PracticeIsp.start(isp), PracticeIsp.start()]);
    faulty.mailbox('mail');
    healthy.mailbox('post');
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-link-'));
    const patience = { 'pop3.timeouts.connectSeconds': 1, 'pop3.timeouts.replySeconds': 1 };
    const { smtp } = faulty;
    const trust = { 'smtp.security': smtp.security, 'smtp.tls.pin': new X509Certificate(faulty.certificate.cert).fingerprint256 };
    const settings = {
      ...officeSettings(faulty),
      ...DEVICES,
      'plugins.disabled': ['postroom.admin-ui'],
      accounts: {
        company: {
          kind: 'regular',
          address: REGULAR,
          ...ispServers(faulty),
          ...patience,
          ...trust,
          ...company,
          users: { andrew: {}, greg: {}, carolyn: { 'cc.to': ['greg'] } },
        },
        // Its ISP answers, however late on a busy machine: it has the usual patience.
        works: { kind: 'domain', address: `post@${DOMAIN}`, ...ispServers(healthy), users: { lisa: {}, john: {} } },
      },
    };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    const server = await openServer({ dataDir, log: createLog('error', new Writable({ write: (_chunk, _encoding, done) => done() })) });
    const world = new LinkWorld(faulty, healthy, dataDir, server);
    for (const account of ['company', 'works']) await world.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
    return world;
  }

  get smtpPort(): number {
    return service(this.server.container, Ports).ports.find((port) => port.protocol === 'smtp')?.port ?? 0;
  }

  round(reason: RoundReason = 'user'): Promise<RoundReport> {
    return service(this.server.container, Rounds).run(reason);
  }

  async run<T>(command: string, args: unknown = {}): Promise<T> {
    const call = { author: 'faults', signal: new AbortController().signal, progress: () => undefined };
    return (await this.server.run(command, args, call)) as T;
  }

  /** Messages that are still at the ISPs. */
  get left(): number {
    return this.faulty.mailbox('mail').messages.length + this.healthy.mailbox('post').messages.length;
  }

  async stop(): Promise<void> {
    await this.server.close();
    await Promise.all([this.faulty.stop(), this.healthy.stop()]);
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
