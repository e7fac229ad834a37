// `postroom demo --once --json`, as scripts call it: the real program in a process of its own.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { ROOT } from '../../kit/sourceFiles.js';

const PROGRAM = path.join(ROOT, 'core', 'bin', 'postroom.mjs');

interface Summary {
  readonly rounds: readonly {
    readonly account: string;
    readonly fetched: number;
    readonly stored: number;
    readonly duplicates: number;
    readonly failed: readonly string[];
  }[];
  readonly mailboxes: readonly { readonly account?: string; readonly user: string; readonly messages: number; readonly bytes: number }[];
  readonly outbox: object;
  readonly messages: readonly { readonly reasons: readonly string[] }[];
}

describe('postroom demo', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it('--once --json runs a round and ends with the summary that scripts rely on', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PROGRAM, 'demo', '--once', '--json'], { timeout: 100_000 });
    expect(stderr, 'complaints').to.not.match(/"level":/);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.rounds).to.deep.equal([
      { account: 'company', fetched: 7, stored: 7, duplicates: 0, failed: [] },
      { account: 'works', fetched: 5, stored: 5, duplicates: 0, failed: [] },
    ]);
    expect(summary.outbox).to.deep.equal({ queued: 0, sent: 0 });
    expect(summary.mailboxes.map(({ account = '', user, messages }) => `${user}@${account} ${messages}`)).to.have.members([
      'admin1@ 3',
      'andrew@company 3',
      'greg@company 4',
      'carolyn@company 2',
      'lisa@works 2',
      'john@works 2',
    ]);
    for (const { bytes } of summary.mailboxes) expect(bytes).to.be.greaterThan(100);
    expect(summary.messages).to.have.length(12);
    for (const { reasons } of summary.messages) expect(reasons, 'why').to.not.be.empty;
  }).timeout(120_000);
});
