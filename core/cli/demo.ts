// `postroom demo`: a practice ISP, a server beside it, sample mail in both kinds of account, a round, and who got what and why.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ADMIN1, type CommandCall, type Disposable, mailboxName, type PluginManifest } from '@postroom/sdk';
import { shellWord, terminalJson, terminalText } from '@postroom/sdk/base';
import { Accounts, MailStore, Outbox, SecretStore, type StoredMessage } from '@postroom/sdk/services';
import { textsOf } from '@postroom/sdk/settings';
import { PRACTICE_ADDRESSES, PRACTICE_PASSWORD, PracticeIsp, practiceOffice, sampleMail } from '@postroom/sdk/testing';
import { service } from '../base/bindings.js';
import { createLog } from '../base/log.js';
import { BUNDLED_PLUGINS } from '../base/places.js';
import { openServer, type Server } from '../bootstrap.js';
import { demoSettings } from '../configuration/schema/offeredQuestions.js';
import { pluginId } from '../configuration/schema/schema.js';
import { discoverPlugins } from '../host/discovery.js';
import { Doors } from '../host/doors.js';
import { serveControl } from './controlSocket.js';
import { EXIT } from './exitCodes.js';
import { adminAddress, hostAndPort } from './serve.js';
import { show } from './show.js';
import { listenForEnd } from './shutdownSignals.js';

/** Everybody's password in the demo, which listens on loopback and forgets everything at its end. */
const PASSWORD = 'demo';

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
}

/** Resolves with the exit code: after the round with `once`, else when a signal ends it. */
export async function demo(options: DemoOptions): Promise<number> {
  const wish = listenForEnd(['exec', 'run-script']);
  const say = (text: string): void => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-demo-'));
  say('Starting the practice ISP: POP3, SMTP and the network device, all on this machine.');
  const isp = await PracticeIsp.start();
  try {
    const manifests = (await discoverPlugins(BUNDLED_PLUGINS, path.join(dataDir, 'plugins'))).flatMap(({ manifest }) => manifest ?? []);
    const office = practiceOffice(isp);
    const contributed = demoSettings(manifests);
    await writeFile(path.join(dataDir, 'settings.json'), settingsText({ ...contributed.first, ...office }));
    say(`Starting a ${editionIn(office, manifests)} server with an account of each kind in ${dataDir}.`);
    // Passwords are set before the first port opens, so that every login works.
    const server = await openServer({ dataDir, log: createLog('warn', process.stderr), beforeServing: setPasswords });
    let control: Disposable | undefined;
    try {
      control = await serveControl(server);
      sampleMailAt(isp);
      say('Collecting and sorting the sample mail.');
      const round = (await server.run('send-receive', {}, demoCall())) as RoundAnswer;
      const summary = await summaryFor(server, round, isp);
      process.stdout.write(
        options.json ? `${terminalJson(JSON.stringify(summary, undefined, 2))}\n` : `\n${terminalText(table(summary))}\n`,
      );
      if (!options.once) {
        for (const [key, value] of Object.entries(contributed.later)) {
          await server.run('config.set', { key, value: JSON.stringify(value) }, demoCall());
        }
        say(howToConnect(server, dataDir));
        await wish.toEnd;
      }
      return round.rounds.every(({ failed }) => failed.length === 0) ? EXIT.done : EXIT.failed;
    } finally {
      await control?.dispose();
      await server.close();
    }
  } finally {
    await isp.stop();
    await rm(dataDir, { recursive: true, force: true });
    wish.dispose();
  }
}

/** The name of the edition that the office enables. */
function editionIn(office: ReturnType<typeof practiceOffice>, manifests: readonly PluginManifest[]): string {
  const enabled = textsOf(office['plugins.enabled']);
  return manifests.flatMap((each) => (enabled.includes(pluginId(each)) ? (each.contributes?.edition?.name ?? []) : [])).join();
}

function settingsText(office: Readonly<Record<string, unknown>>): string {
  const settings = { $schema: './settings.schema.json', 'log.level': 'warn', ...office };
  return `// The settings of the demo. Change them while it runs and see.\n${JSON.stringify(settings, undefined, 2)}\n`;
}

function sampleMailAt(isp: PracticeIsp): void {
  const boxes = { regular: isp.mailbox('mail'), domain: isp.mailbox('post') };
  for (const sample of sampleMail(PRACTICE_ADDRESSES)) {
    boxes[sample.account].put(sample.text);
  }
}

async function setPasswords(server: Server): Promise<void> {
  const secrets = service(server.container, SecretStore);
  for (const account of service(server.container, Accounts).all) {
    await server.run('accounts.set-password', { account: account.id, password: PRACTICE_PASSWORD }, demoCall());
    await Promise.all(account.users.map((user) => secrets.setUserPassword(user.mailbox, PASSWORD)));
  }
  await secrets.setUserPassword(ADMIN1, PASSWORD);
}

function demoCall(): CommandCall {
  return { author: 'demo', signal: new AbortController().signal, progress: () => undefined };
}

/** What the demo looks at in the answer of the command. */
interface RoundAnswer {
  readonly rounds: readonly { readonly failed: readonly string[] }[];
}

interface DemoSummary extends RoundAnswer {
  readonly mailboxes: readonly {
    readonly account: string | undefined;
    readonly user: string;
    readonly messages: number;
    readonly bytes: number;
  }[];
  readonly outbox: { readonly queued: number; readonly sent: number };
  readonly messages: readonly {
    readonly subject: string;
    readonly account: string | undefined;
    readonly mailboxes: readonly string[];
    readonly rung: string | undefined;
    readonly reasons: readonly string[];
  }[];
}

/** The shape that scripts rely on. */
async function summaryFor(server: Server, round: RoundAnswer, isp: PracticeIsp): Promise<DemoSummary> {
  const store = service(server.container, MailStore);
  const boxes = await store.mailboxes();
  const holders = new Map<string, string[]>();
  for (const { mailbox } of boxes) {
    for (const message of await store.list(mailbox, 1000)) {
      holders.set(message.id, [...(holders.get(message.id) ?? []), mailboxName(mailbox)]);
    }
  }
  const messages = await store.recent(1000);
  return {
    ...round,
    mailboxes: boxes.map(({ mailbox, messages: count, bytes }) => ({
      account: mailbox.account,
      user: mailbox.user,
      messages: count,
      bytes,
    })),
    outbox: { queued: service(server.container, Outbox).counts().recipients, sent: isp.outgoing.length },
    messages: messages.toReversed().map((message) => ({
      subject: message.subject,
      account: message.account,
      mailboxes: holders.get(message.id) ?? [],
      rung: message.rung,
      reasons: reasonsOf(message),
    })),
  };
}

function reasonsOf(message: StoredMessage): readonly string[] {
  return message.trail.filter((entry) => entry.change.includes('+')).map((entry) => entry.reason);
}

function table(summary: DemoSummary): string {
  const rows = summary.messages.map(({ subject, account, mailboxes, rung, reasons }) => ({
    subject,
    account,
    'who got it': mailboxes.join('\n'),
    rung,
    why: reasons.join('\n'),
  }));
  return `${show(rows)}\n\n${show(summary.rounds)}`;
}

function howToConnect(server: Server, dataDir: string): string {
  const ports = service(server.container, Doors).ports.filter((port) => port.problem === undefined);
  const of = (protocol: string): string =>
    ports
      .filter((port) => port.protocol === protocol)
      .map(({ host, port, security }) => `${hostAndPort(host, port)} (${security})`)
      .join(', ');
  const manager = adminAddress(server);
  const pop3 = ports.find((port) => port.protocol === 'pop3');
  return [
    '',
    'The server stays up. Connect a mail client, or try:',
    `  POP3  ${of('pop3')}     users andrew, greg, carolyn, lisa, john, admin1; password ${PASSWORD}`,
    `  SMTP  ${of('smtp')}     log in as well: nobody sends without a login`,
    ...(manager === undefined ? [] : [`  Manager  ${manager}     password of ADMIN1: ${PASSWORD}`]),
    '',
    `  curl --user andrew:${PASSWORD} pop3://${pop3?.host ?? '127.0.0.1'}:${pop3?.port ?? 110}/1`,
    `  npx postroom status --data ${shellWord(dataDir)}`,
    '',
    'Ctrl+C ends it; nothing is kept.',
  ].join('\n');
}
