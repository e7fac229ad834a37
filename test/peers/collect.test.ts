// Real messages at a real ISP: everything arrives, as it was, once, where the rules say.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { mendedCopy } from '../kit/mendedCopy.js';
import { type CorpusMessage, corpusMessages, NO_CORPUS } from './corpus.js';
import { readMailbox, withoutOurs } from './reading.js';
import { ACCOUNTS, BRANCH, COMPANY, USERS, WORKS } from './settings.js';
import { obstacle } from './workFolder.js';
import { World } from './world.js';

const MESSAGES = 360;
/** Every n-th is explained by the command line: each takes the start of a process. */
const SAMPLE = 15;
/** Lines put on top of some messages, and who must then have them: plain to see, without any of Postroom's rules. */
const MARKS: Readonly<Record<string, readonly (readonly [line: string, user: string])[]>> = {
  company: [
    [`To: Andrew <${COMPANY}>`, 'andrew'],
    [`To: "Greg" <${COMPANY}>`, 'greg'],
    [`To: carolyn <${COMPANY}>`, 'carolyn'],
  ],
  works: [
    [`To: lisa@${WORKS}`, 'lisa'],
    [`To: The desk <sales@${WORKS}>`, 'lisa'],
    [`To: <John@${WORKS}>`, 'john'],
  ],
  branch: [[`To: Maria <${BRANCH}>`, 'maria']],
};
const ISP_MAILBOX: Readonly<Record<string, string>> = { company: 'mail', works: 'post', branch: 'branch' };

interface Sent extends CorpusMessage {
  readonly account: string;
  /** Who must have it, where it was marked. */
  readonly expected: string | undefined;
}

interface Round {
  readonly rounds: readonly {
    readonly account: string;
    readonly fetched: number;
    readonly stored: number;
    readonly duplicates: number;
    readonly failed: readonly unknown[];
  }[];
}

/** Dealt out to the accounts in turn; two of three messages marked. */
function deal(messages: readonly CorpusMessage[]): readonly Sent[] {
  return messages.map(({ name, octets }, at) => {
    const account = ACCOUNTS[at % ACCOUNTS.length] ?? 'company';
    const marks = MARKS[account] ?? [];
    const turn = Math.floor(at / ACCOUNTS.length);
    const mark = turn % 3 === 0 || !/^[\w-]+:/.test(octets.toString('latin1')) ? undefined : marks[turn % marks.length];
    const marked = mark === undefined ? octets : Buffer.concat([Buffer.from(`${mark[0]}\r\n`), octets]);
    return { name, account, octets: marked, expected: mark?.[1] };
  });
}

describe('collecting real mail from Dovecot', function () {
  this.timeout(240_000);
  let world: World;
  let sent: readonly Sent[] = [];
  /** Octets of a message -> the mailboxes that have it, a name for each copy. */
  const copies = new Map<string, string[]>();

  before(async function () {
    const reason = obstacle() ?? NO_CORPUS;
    if (reason !== undefined) {
      process.stdout.write(`The peers do not collect real mail: ${reason}.\n`);
      this.skip();
    }
    world = await World.start();
    sent = deal(corpusMessages(MESSAGES));
    for (const account of ACCOUNTS) {
      const octets = sent.filter((message) => message.account === account).map((message) => message.octets);
      await world.dovecot.put(ISP_MAILBOX[account] ?? '', octets);
    }
  });

  after(async () => {
    await world?.stop();
  });

  it('collects every message of three accounts: in clear text, by STLS and by TLS', async () => {
    const { rounds } = await world.office.json<Round>('send-receive');
    const expected = ACCOUNTS.map((account) => {
      const count = sent.filter((message) => message.account === account).length;
      return { account, fetched: count, stored: count, duplicates: 0, failed: 0 };
    });
    expect(sent.length).to.be.at.least(300);
    const seen = rounds.map(({ account, fetched, stored, duplicates, failed }) => ({
      account,
      fetched,
      stored,
      duplicates,
      failed: Array.isArray(failed) ? failed.length : failed,
    }));
    expect(seen).to.have.deep.members(expected);
  });

  it('has every message byte for byte', async () => {
    for (const user of [...Object.keys(USERS), 'admin1']) {
      for (const message of await readMailbox(world, user)) {
        const key = withoutOurs(message).toString('latin1');
        copies.set(key, [...(copies.get(key) ?? []), user]);
      }
    }
    const missing = sent.filter(({ octets }) => copies.get(mendedCopy(octets.toString('latin1'))) === undefined);
    expect(missing.map(({ name }) => name)).to.deep.equal([]);
  });

  it('has no message twice in a mailbox, and none that nobody sent', () => {
    const twice = [...copies.values()].filter((users) => new Set(users).size !== users.length);
    expect(twice).to.deep.equal([]);
    const known = new Set(sent.map(({ octets }) => mendedCopy(octets.toString('latin1'))));
    expect([...copies.keys()].filter((text) => !known.has(text)).map((text) => text.slice(0, 200))).to.deep.equal([]);
  });

  it('has the marked ones in the mailboxes of their marks', () => {
    const wrong = sent.filter(
      ({ expected, octets }) => expected !== undefined && copies.get(mendedCopy(octets.toString('latin1')))?.includes(expected) !== true,
    );
    expect(wrong.map(({ name, expected }) => `${name} not at ${expected}`)).to.deep.equal([]);
    expect(sent.filter(({ expected }) => expected !== undefined).length).to.be.greaterThan(100);
  });

  it('has a sample of all where "explain" says, and nowhere else', async () => {
    const file = path.join(world.work.path, 'explained.eml');
    for (const { name, account, octets } of sent.filter((_, at) => at % SAMPLE === 0)) {
      await writeFile(file, octets);
      const { mailboxes } = await world.office.json<{ readonly mailboxes: readonly string[] }>('explain', file, '--account', account);
      expect(copies.get(mendedCopy(octets.toString('latin1'))), name).to.have.members([...mailboxes]);
    }
  });

  it('has taken the mail off the ISP where it may, and left it where it must', async () => {
    expect(await world.dovecot.count('mail')).to.equal(0);
    expect(await world.dovecot.count('post')).to.equal(0);
    expect(await world.dovecot.count('branch')).to.equal(sent.filter(({ account }) => account === 'branch').length);
  });

  it('collects nothing in a second round', async () => {
    const { rounds } = await world.office.json<Round>('send-receive');
    expect(rounds.map(({ account, stored }) => ({ account, stored }))).to.have.deep.members(
      ACCOUNTS.map((account) => ({ account, stored: 0 })),
    );
  });

  it('collects nothing again after a restart of both sides, and new mail once', async () => {
    await world.office.stop();
    await world.dovecot.stop();
    await world.dovecot.resume();
    await world.office.start();
    await world.dovecot.put('branch', [Buffer.from(`To: Maria <${BRANCH}>\r\nSubject: new\r\n\r\nNew.\r\n`)]);
    const { rounds } = await world.office.json<Round>('send-receive');
    expect(rounds.map(({ account, stored }) => [account, stored])).to.have.deep.members([
      ['company', 0],
      ['works', 0],
      ['branch', 1],
    ]);
  });

  it('says so in a sentence where the ISP refuses the password, and loses nothing', async () => {
    await world.dovecot.put('mail', [Buffer.from(`To: Andrew <${COMPANY}>\r\nSubject: waits\r\n\r\nWaits.\r\n`)]);
    await world.office.command(['accounts', 'set-password', 'company'], 'not the password\n');
    const refused = await world.office.run(['send-receive', '--json']);
    expect(refused.code).to.equal(1);
    expect(refused.out).to.match(/refused the login of account company.* Check pop3.user and pop3.password/);
    expect(`${refused.out}${refused.error}${world.office.log}`).to.not.include('not the password');
    expect(await world.dovecot.count('mail')).to.equal(1);
  });
});
