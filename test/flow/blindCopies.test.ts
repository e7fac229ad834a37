// A blind copy to a colleague of a regular account, as mail programs put it on the wire: no Bcc field, and the shared address once for both. The server
// can't know whom that was for, so people are told an address that says it.
import { SettingsService } from '@postroom/sdk/services';
import '#core/base/injection.js';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { playedCase } from '../kit/publicCases.js';

const [LOCAL = '', HOST = ''] = REGULAR.split('@');

interface UserRow {
  readonly account?: string;
  readonly user: string;
  readonly bccAddress?: string;
}

describe('a blind copy to a colleague of a regular account', () => {
  const leaks = leakCheck();
  let office: Postroom;
  beforeEach(async () => {
    await leaks.begin();
    office = await Postroom.start();
  });
  afterEach(async () => {
    await office.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  const rows = (account = 'company'): Promise<readonly UserRow[]> => office.run('users.list', { account });
  const bccOf = async (user: string): Promise<string> => (await rows()).find((row) => row.user === user)?.bccAddress ?? '';
  const toGreg = (subject: string): string => `From: andrew <${REGULAR}>\r\nTo: greg <${REGULAR}>\r\nSubject: ${subject}\r\n\r\nhi`;
  const setUsers = (users: Readonly<Record<string, object>>, more: object = {}): Promise<unknown> =>
    office
      .service(SettingsService)
      .edit('test', [
        { path: ['accounts', 'company', 'users'], value: users },
        ...Object.entries(more).map(([key, value]) => ({ path: ['accounts', 'company', key], value })),
      ]);
  /** Everybody who has the message, by what trace says. */
  async function holders(subject: string): Promise<readonly string[]> {
    const [trace] = await office.run<readonly { readonly copies: readonly { readonly mailbox: string }[] }[]>('trace', { query: subject });
    return (trace?.copies ?? []).map(({ mailbox }) => mailbox.replace(/@.*/, '')).sort();
  }

  it('reaches a colleague by the address that is shown for Bcc, and is not shown to others (203)', async () => {
    const address = await bccOf('carolyn');
    expect(address).to.equal(`${LOCAL}+carolyn@${HOST}`);
    expect(await office.submit('andrew', [address, REGULAR], toGreg('blind'))).to.match(/^250/);
    for (const user of ['greg', 'carolyn']) {
      const copies = (await office.pickUp(user)).filter(({ text }) => text.includes('Subject: blind\r\n'));
      expect(copies, user).to.have.length(1);
      expect(copies[0]?.text, 'what the reader sees').to.not.match(/carolyn/i);
    }
    expect(await office.subjects('admin1')).to.deep.equal([]);
    await office.round();
    expect(office.isp.outgoing, 'it stays in the house').to.deep.equal([]);
  });

  it('reaches by each address that is shown whom it is shown for and nobody else, however people are called (204)', async () => {
    await setUsers({
      andrew: {},
      greg: {},
      Smith: {},
      'Andrew Smith': {},
      "Tim O'Neil": {},
      André: {},
      'mail.boy': {},
      Jürgen: { names: ['J. Müller'] },
      олег: { names: ['oleg'] },
      андрей: {},
      ['x'.repeat(62)]: { names: ['xx'] },
      '100% & more': {},
    });
    for (const tokenMatch of [true, false]) {
      await office.service(SettingsService).edit('test', [{ path: ['accounts', 'company', 'isp-regular.tokenMatch'], value: tokenMatch }]);
      const shown = await rows();
      const own = shown.filter(({ account }) => account === 'company');
      expect(own).to.have.length(12);
      for (const { user, bccAddress = '' } of own) {
        if (bccAddress.startsWith('none: ')) continue;
        expect(bccAddress, 'no program has to quote it').to.match(/^[a-z0-9_-]+\+[a-z0-9_.'-]+@[a-z.]+$/);
        const subject = `blind ${user} ${tokenMatch}`;
        expect(await office.submit('andrew', [bccAddress], toGreg(subject)), user).to.match(/^250/);
        expect(await holders(subject), `${user} by ${bccAddress}`).to.deep.equal([user]);
      }
      const without = own.filter(({ bccAddress = '' }) => bccAddress.startsWith('none: '));
      expect(without.map(({ user }) => user)).to.have.members(tokenMatch ? ['андрей'] : ['андрей', '100% & more']);
      for (const { bccAddress } of without) expect(bccAddress).to.equal('none: needs a further name in plain letters');
      const by = (user: string): string | undefined => own.find((row) => row.user === user)?.bccAddress;
      expect(by('Andrew Smith')).to.equal(`${LOCAL}+andrew.smith@${HOST}`);
      expect(by('André'), 'as accents get lost').to.equal(`${LOCAL}+andre@${HOST}`);
      expect(by("Tim O'Neil")).to.equal(`${LOCAL}+tim.o'neil@${HOST}`);
      expect(by('олег'), 'by a further name').to.equal(`${LOCAL}+oleg@${HOST}`);
    }
  });

  it('is needed in accounts alone where an address is shared: in a domain account the own address does it', async () => {
    for (const row of await rows('works')) expect(row).to.not.have.property('bccAddress');
    expect(await office.submit('lisa', [`john@${DOMAIN}`], `From: lisa@${DOMAIN}\r\nTo: x@far.example\r\nSubject: own\r\n\r\nhi`)).to.match(
      /^250/,
    );
    expect(await office.subjects('john')).to.deep.equal(['own']);
  });

  it('is shown without a server, too, and gone with the plugin that sorts such accounts', async () => {
    await office.run('plugins.disable', { plugin: 'postroom.isp-regular' });
    for (const row of await rows()) expect(row).to.not.have.property('bccAddress');
    await office.run('plugins.enable', { plugin: 'postroom.isp-regular' });
    await office.close();
    const visit = await openServer({ dataDir: office.dataDir, serve: false, log: createLog('silent') });
    const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
    const shown = (await visit.run('users.list', { account: 'company' }, call)) as readonly UserRow[];
    await visit.close();
    expect(shown.find(({ user }) => user === 'carolyn')?.bccAddress).to.equal(`${LOCAL}+carolyn@${HOST}`);
  });

  it('goes as case 060 has it: both ways that a person can be told', async function () {
    const file = path.join(playedCase('060', this), 'input.transcript');
    const ours = (text: string): string => text.replaceAll('mail@company.com', REGULAR).replaceAll('@company.com', `@${HOST}`);
    const transcript = ours(readFileSync(file, 'utf8')).replaceAll('SERVER-NAME', 'post.office.example');
    const said = transcript.split('\n').flatMap((line) => /^C: ?(.*)/.exec(line)?.[1] ?? []);
    const message = said.slice(said.indexOf('DATA') + 1).filter((line) => line !== '.');
    const variants = [...transcript.matchAll(/variant ([bc]).*/g)].map(([line, name = '']) => ({
      name,
      recipients: [...line.matchAll(/RCPT TO:<([^>]*)>/g)].map(([, address = '']) => address),
    }));
    expect(variants.map(({ name }) => name)).to.deep.equal(['b', 'c']);
    for (const { name, recipients } of variants) {
      const text = message.join('\r\n').replace('Subject: inside', `Subject: inside ${name}`);
      expect(text).to.include(`Subject: inside ${name}`);
      await office.submit('andrew', [...new Set([...recipients, REGULAR])], text);
      for (const user of ['greg', 'carolyn']) {
        const copy = (await office.pickUp(user)).find((each) => each.text.includes(`Subject: inside ${name}`))?.text;
        expect(copy, `${name}, ${user}`)
          .to.be.a('string')
          .and.not.match(/carolyn/i);
      }
    }
    const shown = await bccOf('carolyn');
    expect(variants[0]?.recipients).to.include(shown);
  });
});
