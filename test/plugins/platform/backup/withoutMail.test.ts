// A backup where the store keeps the mail on another machine: all the rest, and word of what has to be backed up and restored there.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommandCall } from '@postroom/sdk';
import { SystemClock } from '@postroom/sdk/base';
import { type ActivityLog, SecretStore, ServerName } from '@postroom/sdk/services';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { StandaloneHost } from '#core/plugins/start/standalone.js';
import { answerCreated, answerRestored, answerVerified } from '#plugins/platform/backup/dist/answers.js';
import { SqliteFiles } from '#plugins/platform/store-sqlite/dist/sqliteFiles.js';
import { failureOf } from '../../../kit/failureOf.js';
import { letter } from '../../../kit/letter.js';
import { REGULAR } from '../../../kit/officeSettings.js';
import { Postroom } from '../../../kit/postroom.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const INSTEAD = 'Run pg_basebackup on db.example.';
const ABSENT = 'The mail is not in this backup: the store keeps it elsewhere.';
const clock = new SystemClock();
const files = new SqliteFiles(clock);

describe('A backup without the mail', () => {
  let office: Postroom;
  let place: string;
  let folder: string;
  let answer: Readonly<Record<string, unknown>>;
  let logged: string[];
  beforeEach(async () => {
    office = await Postroom.start();
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'kept' }));
    await office.round();
    place = await mkdtemp(path.join(tmpdir(), 'postroom-backup-'));
    logged = [];
    const sources = {
      maintenance: { copies: { kind: 'external' as const, instead: INSTEAD } },
      files: () => expect.fail('the store has no files'),
      clock,
      secrets: office.service(SecretStore),
      activity: { add: ({ text }: { readonly text: string }) => void logged.push(text) } as unknown as ActivityLog,
      server: office.service(ServerName),
    };
    answer = (await answerCreated({ into: place, secrets: false }, office.dataDir, sources, CALL)) as typeof answer;
    folder = String(answer.folder);
  });
  afterEach(async () => {
    await office.stop();
    await rm(place, { recursive: true });
  });

  it('says in its answer, its manifest and the Log that the mail is not in it, and what to run', async () => {
    expect(answer.missing).to.equal(`${ABSENT} It is backed up like this: ${INSTEAD}`);
    expect(answer).to.not.have.any.keys('messages', 'octets', 'copies', 'outbox', 'journal', 'activity');
    const manifest = JSON.parse(await readFile(path.join(folder, 'backup.json'), 'utf8')) as Readonly<Record<string, unknown>>;
    expect(manifest).to.include({ format: 1, storeElsewhere: INSTEAD }).and.to.not.have.property('census');
    expect(answer.next).to.equal('The key that opens the passwords in the store is not in it; --secrets takes it along.');
    expect(await readdir(folder))
      .to.include('settings.json')
      .and.to.not.include('postroom.db');
    expect(logged).to.deep.equal([`Backup made of all but the mail: ${folder}`]);
  });

  it('is verified by its files, where nobody can open a copy as well, and a damaged one is found out', async () => {
    const noFiles = (): never => expect.fail('no copy was to be opened');
    expect(await answerVerified({ folder, scratch: place }, noFiles, CALL)).to.include({
      whole: true,
      missing: `${ABSENT} Whether it can be restored was not looked at.`,
    });
    await writeFile(path.join(folder, 'settings.json'), '{}');
    expect((await failureOf(answerVerified({ folder, scratch: place }, noFiles, CALL))).code).to.equal('backup/damaged');
  });

  it('is restored with word of what has to be restored before a server starts, into a new folder and beside mail that is there', async () => {
    const elsewhere = path.join(place, 'new');
    const restored = (await answerRestored({ folder }, elsewhere, { files: () => files, clock }, CALL)) as {
      readonly next: readonly string[];
    };
    expect(restored.next[1])
      .to.match(/^Settings, passwords and certificates are the store's, for all servers on it\..*those of this backup do not count/)
      .and.to.match(/postroom config replace \S+\/settings\.json$/);
    expect(restored.next).to.have.length(2);
    expect(restored.next[0]).to.equal(`${ABSENT} Restore it there before a server starts here. It was backed up like this: ${INSTEAD}`);
    expect(await readdir(elsewhere))
      .to.include('settings.json')
      .and.to.not.include('postroom.db')
      .and.to.not.include('restore-unfinished');

    await office.close();
    await writeFile(path.join(office.dataDir, 'settings.json'), '{}');
    await answerRestored({ folder }, office.dataDir, { files: () => files, clock }, CALL);
    await office.open();
    expect(await office.subjects('andrew')).to.deep.equal(['kept']);
  });

  it('is no reason to take a manifest that says nothing of the mail', async () => {
    const at = path.join(folder, 'backup.json');
    const { storeElsewhere: _, ...manifest } = JSON.parse(await readFile(at, 'utf8')) as Readonly<Record<string, unknown>>;
    await writeFile(at, JSON.stringify(manifest));
    const { code } = await failureOf(answerVerified({ folder }, () => files, CALL));
    expect(code).to.equal('backup/damaged');
  });

  it('is answered with a sentence, and nothing done, where the data folder belongs to a store elsewhere', async () => {
    const there = path.join(place, 'there');
    await mkdir(there);
    await writeFile(path.join(there, 'boot.json'), '{ "disabled": ["postroom.store-sqlite"] }');
    const host = await StandaloneHost.open(there, createLog('silent'), () => Promise.reject(new Error('No server was to start.')));
    const { code, message } = await failureOf(host.run('backup.restore', { folder }, CALL));
    expect([code, message.includes('--data FOLDER')]).to.deep.equal(['plugin/no-provider', true]);
    expect(message).to.include('postroom config replace BACKUP/settings.json');
    expect(await readdir(there)).to.deep.equal(['boot.json']);
    const verified = (await host.run('backup.verify', { folder, scratch: place }, CALL)) as { readonly whole: boolean };
    expect(verified.whole).to.equal(true);
    const { folder: whole } = await office.run<{ readonly folder: string }>('backup.create', { into: path.join(place, 'whole') });
    expect((await failureOf(host.run('backup.verify', { folder: whole }, CALL))).code).to.equal('plugin/no-provider');
  });
});
