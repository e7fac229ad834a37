// An account, its scripted ISP and a round on request.
import { X509Certificate } from 'node:crypto';
import type { FetchReport, LeftMessage } from '@postroom/sdk';
import { SessionsInDoor } from '#plugins/pop3/dist/client/door/sessionsInDoor.js';
import { activate } from '#plugins/pop3/dist/plugin.js';
import { ACCOUNT, certificate, FakeHost, type TestCertificate } from './fakeHost.js';
import { FakeIntake, FakeJournal } from './fakeIntake.js';
import { ScriptedServer } from './scriptedServer.js';
import { type TestDoor, TestDoors } from './testDoors.js';

/** Where a session's octets are read. */
export type ReadingPlace = 'on the main thread' | 'in a door';

/** A message with this body. */
export const mail = (body: string): string => `Subject: x\r\n\r\n${body}\r\n`;

export function codes(report: { readonly failed: readonly { readonly code: string }[] }): readonly string[] {
  return report.failed.map(({ code }) => code);
}

let pem: TestCertificate | undefined;

export class CollectingHost {
  readonly host: FakeHost;
  readonly isp: ScriptedServer;
  readonly journal = new FakeJournal();
  readonly intake = new FakeIntake(this.journal);
  readonly doors = new TestDoors();
  readonly told: LeftMessage[] = [];
  readonly progress: (readonly [number, number, number])[] = [];
  readonly pem: TestCertificate;

  private constructor(used: TestCertificate, security: 'plain' | 'starttls' | 'tls') {
    this.pem = used;
    this.host = new FakeHost(used);
    this.isp = new ScriptedServer(used, security === 'tls');
    Object.assign(this.host.accountValues, { 'pop3.host': '127.0.0.1', 'pop3.security': security });
    this.host.doors = this.doors;
    activate(this.host.context());
  }

  static async start(
    security: 'plain' | 'starttls' | 'tls' = 'plain',
    place: ReadingPlace = 'on the main thread',
  ): Promise<CollectingHost> {
    pem ??= await certificate();
    const collecting = new CollectingHost(pem, security);
    collecting.host.accountValues['pop3.port'] = await collecting.isp.start();
    if (place === 'in a door') collecting.#readInDoor();
    return collecting;
  }

  /** The fingerprint that makes the account trust the ISP's certificate. */
  pin(): void {
    this.host.accountValues['pop3.tls.pin'] = new X509Certificate(this.pem.cert).fingerprint256;
  }

  async round(signal: AbortSignal = new AbortController().signal): Promise<FetchReport> {
    const report = await this.host.fetch?.(
      {
        account: ACCOUNT,
        reason: 'user',
        intake: this.intake,
        journal: this.journal,
        tell: async (message) => {
          this.told.push(message);
          const { uidl, listedSize, headerPrint } = message;
          const entry = this.journal.known.get(uidl) ?? { state: 'failed' as const, since: new Date(), attempts: 0, failures: 0 };
          const print = headerPrint === undefined ? {} : { headerPrint };
          this.journal.known.set(uidl, { ...entry, uidl, listedSize, isTold: true, ...print });
        },
        progress: (...step) => void this.progress.push(step),
      },
      { signal },
    );
    if (report === undefined) throw new Error('No report.');
    return report;
  }

  /** The door that the first session has opened. */
  get door(): TestDoor {
    const [door] = this.doors.opened;
    if (door === undefined) throw new Error('No door is open.');
    return door;
  }

  /** Each session is in a door from now on, however little it finds. */
  #readInDoor(): void {
    this.doors.modules.set('collectingDoor.js', ({ line }) => new SessionsInDoor(line, this.host.clock));
    this.doors.onProtocol = (keeper) => void Object.assign(keeper, { found: () => undefined });
  }

  async stop(): Promise<void> {
    await this.doors.close();
    await this.isp.stop();
  }
}
