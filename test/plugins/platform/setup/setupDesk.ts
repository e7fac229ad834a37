// A data folder to be set up, with a practice ISP beside it, and somebody who answers the questions.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunCommand } from '@postroom/sdk/services';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import type { Dialogue } from '#plugins/platform/setup/dist/dialogue.js';

/** Answers questions by the first words that fit; each answer is given once, in its turn. */
export class Answers implements Dialogue {
  said = '';
  readonly asked: string[] = [];

  /** `leftAt`: the question that is left instead of answered. */
  constructor(
    private readonly answers: [question: RegExp, answer: string][],
    private readonly leftAt?: RegExp,
  ) {}

  say(text: string): void {
    this.said += `${text}\n`;
  }

  async ask(question: string, proposal = ''): Promise<string> {
    this.asked.push(`${question} [${proposal}]`);
    if (this.leftAt?.test(question) === true) throw new Error('Left.');
    const place = this.answers.findIndex(([fits]) => fits.test(question));
    if (place < 0) return proposal;
    return this.answers.splice(place, 1)[0]?.[1] ?? '';
  }

  /** What was typed before is kept like a proposal, and not shown as one. */
  async askSecret(question: string, former?: string): Promise<string> {
    return (await this.ask(question)) || (former ?? '');
  }
}

export class SetupDesk {
  private constructor(
    readonly isp: PracticeIsp,
    readonly dataDir: string,
    private server: Server,
  ) {}

  static async open(): Promise<SetupDesk> {
    const isp = await PracticeIsp.start();
    isp.mailbox('mail');
    const dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-setup-'));
    return new SetupDesk(isp, dataDir, await serverOn(dataDir));
  }

  readonly run: RunCommand = (command, args) =>
    this.server.run(command, args, { author: 'setup', signal: new AbortController().signal, progress: () => undefined });

  /** `meanwhile`: what changes in the data folder while no server uses it. */
  async reopen(meanwhile: () => Promise<void>): Promise<void> {
    await this.server.close();
    await meanwhile();
    this.server = await serverOn(this.dataDir);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.isp.stop();
    await rm(this.dataDir, { recursive: true });
  }

  /** What is answered about an account at the practice ISP. */
  ispAnswers(): [RegExp, string][] {
    return [
      [/address to share/, 'mail@company.example'],
      [/incoming mail \(POP3\)/, hostAt(this.isp.pop3)],
      [/outgoing mail \(SMTP\)/, hostAt(this.isp.smtp)],
      [/Encryption for incoming/, 'plain'],
      [/Encryption for outgoing/, 'plain'],
      [/^Password at the ISP/, PRACTICE_PASSWORD],
    ];
  }

  /** The same as a file. */
  plan(further: object = {}): string {
    return JSON.stringify({
      account: {
        address: 'mail@company.example',
        password: PRACTICE_PASSWORD,
        'pop3.host': this.isp.pop3.host,
        'pop3.port': this.isp.pop3.port,
        'pop3.security': 'plain',
        'smtp.host': this.isp.smtp.host,
        'smtp.port': this.isp.smtp.port,
        'smtp.security': 'plain',
      },
      users: [
        { name: 'andrew', password: 'planted-andrew', cc: ['greg'] },
        { name: 'greg', password: 'planted-greg' },
      ],
      adminPassword: 'planted-admin',
      settings: { 'timer.everyMinutes': 10, 'licensing.device.address': '127.0.0.1' },
      ...further,
    });
  }
}

export function hostAt({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}

function serverOn(dataDir: string): Promise<Server> {
  return openServer({ dataDir, serve: false, log: createLog('silent') });
}
