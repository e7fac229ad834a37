// A database that lost its last changes: everybody who can do something about it is told what happened and what to do, once, and nothing goes out twice.
import '#core/base/injection.js';
import { cpSync } from 'node:fs';
import { rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { readLastCommit } from '#plugins/platform/store-sqlite/dist/engine/lastCommit.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

const FAR = 'ruth@customer.example';
const SAID = /^At least the last \d+ changes? of the database, made .*, (?:is|are) missing: postroom\.db-wal lost its end/;

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly text: string;
}

describe('a database that lost its end', () => {
  const leaks = leakCheck();
  let office: Postroom;
  before(async () => {
    await leaks.begin();
    office = await Postroom.start();
    // What is before it is safe in the database itself.
    await office.submit('andrew', [FAR], mine('early'));
    await office.close();
    await office.open();
    for (const subject of ['one', 'two', 'three']) await office.submit('andrew', [FAR], mine(subject));
    await office.round();
    await until(
      'the number of the last commit is noted',
      async () => (await readLastCommit(office.dataDir))?.number === (await committed()),
    );
    const aside = `${office.dataDir}.killed`;
    cpSync(office.dataDir, aside, { recursive: true, filter: (file) => !file.endsWith('.sock') });
    await office.close();
    await rm(office.dataDir, { recursive: true });
    cpSync(aside, office.dataDir, { recursive: true });
    await rm(aside, { recursive: true });
    const wal = path.join(office.dataDir, 'postroom.db-wal');
    await truncate(wal, Math.floor((await stat(wal)).size / 2));
    await office.open();
  });
  after(async () => {
    await office.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  const mine = (subject: string): string => `From: ${REGULAR}\nTo: ${FAR}\nSubject: ${subject}\n\nHello.\n`;
  const committed = async (): Promise<number | undefined> => {
    const database = await Connection.open(path.join(office.dataDir, 'postroom.db'), 'read');
    try {
      return (await database.get<{ readonly number: number }>('SELECT number FROM commits'))?.number;
    } finally {
      await database.close();
    }
  };

  it('is told in the Log and in the mailbox of ADMIN1, with what is gone and what to do', async () => {
    const log = await office.run<readonly { readonly kind: string; readonly text: string }[]>('log.read', { limit: 50 });
    expect(log.filter(({ kind, text }) => kind === 'problem' && SAID.test(text))).to.have.lengthOf(1);
    const [mail, ...more] = await office.pickUp('admin1');
    expect(more).to.deep.equal([]);
    expect(mail?.text).to.match(/^Subject: The last changes of the mail database are missing\r$/m);
    for (const line of [
      /What the ISP still has is collected again by itself/,
      /A backup helps only where it was made after 20/,
      /outbox list/,
    ]) {
      expect(mail?.text).to.match(line);
    }
  });

  it('is shown by status and doctor', async () => {
    const { problems } = await office.run<{ readonly problems: readonly string[] }>('status');
    expect(problems.filter((problem) => SAID.test(problem))).to.have.lengthOf(1);
    const findings = await office.run<readonly Finding[]>('doctor');
    expect(findings.find(({ check }) => check === 'last changes')).to.include({ state: 'problem' });
  });

  it('sends nothing by itself that may have been sent since', async () => {
    const sent = office.isp.outgoing.length;
    const before =
      await office.run<readonly { readonly entry: number; readonly state: string; readonly lastAnswer: string }[]>('outbox.list');
    expect(before.map(({ state }) => state))
      .to.include('held')
      .and.to.not.include('waiting');
    expect(before[0]?.lastAnswer).to.match(/On hold: the database lost its last changes, and it may have been sent/);
    await office.round();
    expect(office.isp.outgoing.length).to.equal(sent);
  });

  it('is told once, and shown until two weeks later', async () => {
    await office.close();
    await office.open();
    expect(await office.subjects('admin1')).to.have.lengthOf(1);
    const findings = await office.run<readonly Finding[]>('doctor');
    expect(findings.find(({ check }) => check === 'last changes')).to.include({ state: 'problem' });
  });
});
