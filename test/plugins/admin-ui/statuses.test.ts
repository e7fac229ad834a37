// What is refused is refused with a sentence and a status of its own: 500 is for what nobody could expect.
import { gzipSync } from 'node:zlib';
import { ERROR_CODES, type ErrorCode } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { create } from 'tar';
import { STATUS } from '#plugins/admin-ui/dist/server/problems.js';
import { type Credentials, ManagerHost, problemOf } from './managerHost.js';

/** Troubles of the server itself. */
const OWN_TROUBLE: readonly ErrorCode[] = ['data/corrupt', 'data/not-writable', 'secrets/unreadable', 'store/failed'];

/** What goes wrong with every command that can be asked for something that is not there. */
const REFUSED: readonly (readonly [command: string, args: object])[] = [
  ['accounts.add', { account: 'company', address: 'a@b.example', kind: 'regular' }],
  ['accounts.add', { account: 'new', address: 'a@b.example', kind: 'nonsense' }],
  ['accounts.change', { account: 'nobody', set: ['a=b'] }],
  ['accounts.change', { account: 'company', set: ['nonsense'] }],
  ['accounts.remove', { account: 'nobody' }],
  ['accounts.set-password', { account: 'nobody', password: 'x' }],
  ['accounts.advice', { account: 'nobody' }],
  ['accounts.suggest-kind', { account: 'nobody' }],
  ['accounts.suggest-kind', { account: 'company' }],
  ['admin-ui.revoke-session', { session: 'none' }],
  ['admin-ui.revoke-token', { token: 'none' }],
  ['backup.create', { into: '/proc/nowhere' }],
  ['backup.verify', { folder: '/nowhere' }],
  ['config.get', { key: 'no.such' }],
  ['config.set', { key: 'timer.everyMinutes', value: '"soon"' }],
  ['config.set', { key: 'no.such', value: '1' }],
  ['config.unset', { key: 'no.such' }],
  ['config.diff', { revision: 4711 }],
  ['config.undo', { revision: 4711 }],
  ['config.validate', { file: Buffer.from('{').toString('base64') }],
  ['explain', { account: 'nobody', file: '' }],
  ['explain', {}],
  ['explain', { live: 'company' }],
  ['held.release', { message: '4711' }],
  ['held.delete', { message: 'x' }],
  ['isp-domainpop.probe', { account: 'company' }],
  ['mailboxes.show', { mailbox: 'nobody' }],
  ['mailboxes.move', { message: '4711', user: 'andrew' }],
  ['outbox.retry', { entries: [4711] }],
  ['outbox.return', { entries: [4711] }],
  ['plugins.enable', { plugin: 'no.such' }],
  ['plugins.disable', { plugin: 'no.such' }],
  ['plugins.remove', { plugin: 'no.such' }],
  ['plugins.remove', { plugin: 'postroom.cc' }],
  ['plugins.add', { plugin: Buffer.from('nonsense').toString('base64') }],
  ['plugins.add', { plugin: gzipSync('nonsense').toString('base64') }],
  ['pop3.test-login', { account: 'nobody' }],
  ['pop3.test-login', { account: 'company' }],
  ['pop3.waiting', { account: 'company' }],
  ['resort', { messages: ['4711'] }],
  ['resort', {}],
  ['send-receive', { accounts: ['nobody'] }],
  ['smtp.test-login', { account: 'nobody' }],
  ['smtp.test-login', { account: 'company' }],
  ['users.add', { account: 'company', user: 'andrew' }],
  ['users.add', { account: 'company', user: 'a/b' }],
  ['users.change', { account: 'company', user: 'nobody', set: ['a=b'] }],
  ['users.rename', { account: 'company', user: 'andrew', name: 'greg' }],
  ['users.remove', { account: 'company', user: 'nobody' }],
  ['users.set-password', { account: 'company', user: 'nobody', password: 'x' }],
  ['users.set-password', { account: 'admin1', password: 'é'.repeat(1000) }],
  ['waiting.fetch', { account: 'company', message: 'none' }],
  ['waiting.delete', { account: 'nobody', message: 'none' }],
];

describe('The statuses of the API', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  let host: ManagerHost;
  let login: Credentials;
  before(async () => {
    await leaks.begin();
    host = await ManagerHost.start();
    login = await host.login();
  });
  after(async () => {
    await host.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  it('are 500 for troubles of the server itself alone', () => {
    expect(STATUS).to.have.all.keys(...Object.keys(ERROR_CODES));
    const own = Object.entries(STATUS).flatMap(([code, status]) => (status === 500 ? code : []));
    expect(own).to.have.members([...OWN_TROUBLE]);
  });

  for (const [command, args] of REFUSED) {
    it(`is none of the server's for ${command} ${JSON.stringify(args).slice(0, 60)}`, async () => {
      const answer = await host.ask('POST', `/api/commands/${command}`, args, login);
      expect(answer.statusCode, answer.body).to.be.oneOf([200, 400, 403, 404, 409, 412, 422, 502, 504]);
      if (answer.statusCode === 200) expect(answer.body, 'a report of what failed').to.match(/"ok":false|failed|problem/);
      else expect(problemOf(answer).message, answer.body).to.match(/[.:)?]$/m);
    });
  }

  it('is 422 for a packed plugin that is refused, with the reason', async () => {
    const manifest = {
      name: 'x',
      publisher: 'evil',
      version: '1.0.0',
      type: 'module',
      displayName: 'X',
      description: 'X.',
      engines: { postroom: '^1.0.0' },
    };
    const setting = { title: 'A', type: 'string', pattern: '^(?=(a+)+$)a', default: 'aa' };
    const packed = await pack({ ...manifest, contributes: { configuration: { title: 'X', properties: { 'x.a': setting } } } });
    const answer = await host.ask('POST', '/api/commands/plugins.add', { plugin: packed.toString('base64') }, login);
    expect(answer.statusCode).to.equal(422);
    expect(problemOf(answer).message).to.match(/^The plugin was not installed\.\nThe setting "x\.a" cannot be used: its pattern .* RE2/);
  });
});

/** A gzipped tar with a package.json, as "plugins pack" makes it. */
async function pack(manifest: object): Promise<Buffer> {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const folder = await mkdtemp('/tmp/postroom-pack-');
  try {
    await writeFile(`${folder}/package.json`, JSON.stringify(manifest));
    const pieces: Buffer[] = [];
    for await (const piece of create({ gzip: true, cwd: folder, prefix: 'package' }, ['package.json'])) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  } finally {
    await rm(folder, { recursive: true });
  }
}
