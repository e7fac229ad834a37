// An ISP on loopback to practise with: mailboxes by POP3, outgoing mail by SMTP, the network device, and faults to switch on.
import type { Disposable } from '../disposable.js';
import { practiceCertificate } from './certificate.js';
import { PracticeDevice } from './device.js';
import type { Pop3Faults } from './pop3Faults.js';
import { PracticePop3Server, type PracticeServerOptions } from './pop3Server.js';
import { PracticeMailbox } from './practiceMailbox.js';
import type { SmtpFaults } from './smtpFaults.js';
import { PracticeSmtpServer } from './smtpServer.js';
import type { ReceivedMail } from './smtpTransaction.js';
import { WireLog } from './wireLog.js';

export interface PracticeIspOptions {
  readonly pop3?: PracticeServerOptions;
  readonly smtp?: PracticeServerOptions;
  /** False: no certificate is made, which takes a moment; every port is `plain` then, and `certificate` is empty. */
  readonly tls?: false;
  /** `port` of the practice device, 0 (default) takes a free one; `on: false` starts with the device switched off. */
  readonly device?: { readonly port?: number; readonly on?: boolean };
}

const NO_CERTIFICATE = Object.freeze({ key: '', cert: '' });

/** Password of a mailbox that was made without one. */
export const PRACTICE_PASSWORD = 'practice';

/**
 * A whole ISP in one call, on free ports of 127.0.0.1:
 * ```
 * const isp = await PracticeIsp.start();
 * isp.mailbox('office').put('From: a@far.example\r\nTo: Andrew <office@isp.example>\r\n\r\nHello\r\n');
 * isp.faults.pop3.cut({ command: 'RETR', message: 1, when: 'octets', octets: 20 });
 * // ... collect from isp.pop3.host, isp.pop3.port ...
 * expect(isp.log.commands('pop3')).to.deep.equal(['CAPA', 'USER office', 'PASS ***', ...]);
 * await isp.stop();
 * ```
 */
export class PracticeIsp {
  /** The lines of all POP3 and SMTP sessions. */
  readonly log = new WireLog();
  readonly pop3: PracticePop3Server;
  readonly smtp: PracticeSmtpServer;
  /** A TCP port that stands for the network device; `switchOff()` and `switchOn()`. */
  readonly device: PracticeDevice;
  readonly faults: { readonly pop3: Pop3Faults; readonly smtp: SmtpFaults; clear(): void };
  readonly #mailboxes = new Map<string, PracticeMailbox>();
  readonly #outgoing: ReceivedMail[] = [];
  readonly #listeners = new Set<(mail: ReceivedMail) => void>();

  /** Opens the ports. */
  static async start(options: PracticeIspOptions = {}): Promise<PracticeIsp> {
    const certificate = options.tls === false ? NO_CERTIFICATE : await practiceCertificate();
    const isp = new PracticeIsp(options, certificate);
    try {
      await isp.pop3.start();
      await isp.smtp.start();
      if (options.device?.on !== false) await isp.device.switchOn();
    } catch (error) {
      await isp.stop();
      throw error;
    }
    return isp;
  }

  private constructor(
    options: PracticeIspOptions,
    /** PEM; `cert` makes a client trust the practice ISP. */
    readonly certificate: { readonly key: string; readonly cert: string },
  ) {
    const find = (user: string): PracticeMailbox | undefined => this.#mailboxes.get(user.toLowerCase());
    this.pop3 = new PracticePop3Server(options.pop3 ?? {}, certificate, this.log, find);
    this.smtp = new PracticeSmtpServer(options.smtp ?? {}, certificate, this.log, find, (mail) => this.#receive(mail));
    this.device = new PracticeDevice(options.device?.port);
    const { pop3, smtp } = { pop3: this.pop3.faults, smtp: this.smtp.faults };
    this.faults = {
      pop3,
      smtp,
      clear: () => {
        pop3.clear();
        smtp.clear();
      },
    };
  }

  /** The mailbox of a login, made at the first call. Logins compare without regard to case; `password` counts at the making. */
  mailbox(user: string, password = PRACTICE_PASSWORD): PracticeMailbox {
    const key = user.toLowerCase();
    const mailbox = this.#mailboxes.get(key) ?? new PracticeMailbox(user, password);
    this.#mailboxes.set(key, mailbox);
    return mailbox;
  }

  get mailboxes(): readonly PracticeMailbox[] {
    return [...this.#mailboxes.values()];
  }

  /** What was sent out through SMTP so far. */
  get outgoing(): readonly ReceivedMail[] {
    return this.#outgoing;
  }

  /** After a message came in by SMTP, before the client is told. */
  onDidReceive(listener: (mail: ReceivedMail) => void): Disposable {
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  /** Breaks every connection and closes the ports. Can be called twice. */
  async stop(): Promise<void> {
    await Promise.all([this.pop3.stop(), this.smtp.stop(), this.device.switchOff()]);
    this.#listeners.clear();
  }

  #receive(mail: ReceivedMail): void {
    this.#outgoing.push(mail);
    for (const listener of this.#listeners) listener(mail);
  }
}
