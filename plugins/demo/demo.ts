// `postroom demo`: a practice ISP, a server beside it, sample mail in both kinds of account, a round, and who got what and why.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ADMIN1, type CommandCall, type Disposable } from '@postroom/sdk';
import { EXIT, terminalJson, terminalText } from '@postroom/sdk/base';
import { Accounts, type ProgramPlugin, type ProgramServer, type RunProgram, SecretStore } from '@postroom/sdk/services';
import { textsOf } from '@postroom/sdk/settings';
import { PRACTICE_ADDRESSES, PRACTICE_PASSWORD, PracticeIsp, practiceOffice, sampleMail } from '@postroom/sdk/testing';
import { clusterDemo } from './cluster/clusterDemo.js';
import { demoSettings } from './demoSettings.js';
import { demoSummary, type RoundAnswer, summaryTable } from './demoSummary.js';
import { howToConnect, PASSWORD } from './howToConnect.js';

/** As the manifest declares them. */
interface DemoOptions {
  readonly cluster?: boolean;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Resolves after the round with `once`, else when a signal ends it. */
export const run: RunProgram = async (options, tools) => {
  const { cluster = false, once = false, json = false } = options as DemoOptions;
  // The demo has a store of its own, whatever the environment says of an office's.
  for (const variable of ['POSTROOM_STORE', 'POSTROOM_NODE']) delete process.env[variable];
  if (cluster) return clusterDemo({ once, json }, tools);
  const wish = tools.untilEnd();
  const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-demo-'));
  say('Starting the practice ISP: POP3, SMTP and the network device, all on this machine.');
  const isp = await PracticeIsp.start();
  try {
    const installed = await tools.installed();
    const office = practiceOffice(isp);
    const contributed = demoSettings(installed.flatMap(({ manifest }) => manifest ?? []));
    await writeFile(path.join(dataDir, 'settings.json'), settingsText({ ...contributed.first, ...office }));
    say(`Starting a ${editionIn(office, installed)} server with an account of each kind in ${dataDir}.`);
    // Passwords are set before the first port opens, so that every login works.
    const server = await tools.openServer({ dataDir, log: await tools.createLog('warn', process.stderr), beforeServing: setPasswords });
    let control: Disposable | undefined;
    try {
      control = await tools.serveControl(server);
      sampleMailAt(isp);
      say('Collecting and sorting the sample mail.');
      const round = (await server.run('send-receive', {}, CALL)) as RoundAnswer;
      const summary = await demoSummary(server, round, isp.outgoing.length);
      process.stdout.write(
        json
          ? `${terminalJson(JSON.stringify(summary, undefined, 2))}\n`
          : `\n${terminalText(summaryTable(summary, (answer) => tools.show(answer)))}\n`,
      );
      if (!once) {
        for (const [key, value] of Object.entries(contributed.later)) {
          await server.run('config.set', { key, value: JSON.stringify(value) }, CALL);
        }
        say(howToConnect(server));
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
};

const CALL: CommandCall = { author: 'demo', signal: new AbortController().signal, progress: () => undefined };

/** The name of the edition that the office enables. */
function editionIn(office: ReturnType<typeof practiceOffice>, installed: readonly ProgramPlugin[]): string {
  const enabled = textsOf(office['plugins.enabled']);
  return installed.flatMap(({ id, manifest }) => (enabled.includes(id) ? (manifest?.contributes?.edition?.name ?? []) : [])).join();
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

async function setPasswords(server: ProgramServer): Promise<void> {
  const secrets = server.get(SecretStore);
  for (const account of server.get(Accounts).all) {
    await server.run('accounts.set-password', { account: account.id, password: PRACTICE_PASSWORD }, CALL);
    await Promise.all(account.users.map((user) => secrets.setUserPassword(user.mailbox, PASSWORD)));
  }
  await secrets.setUserPassword(ADMIN1, PASSWORD);
}
