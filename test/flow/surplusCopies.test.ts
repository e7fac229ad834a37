// An ISP that stores a copy for each recipient and writes nowhere whose it is: what the header does not account for may be a Bcc, and is ADMIN1's.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import type { Postroom } from '../kit/postroom.js';
import { playedCase } from '../kit/publicCases.js';

onEachStore('a copy that everybody had, and whose recipient nobody knows', 'long', (store) => {
  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
  });
  afterEach(() => office.stop());

  let ids = 0;
  /** Each copy has an id of its own in the ISP's line. */
  const copies = (count: number, sketch: Parameters<typeof letter>[0]): readonly string[] =>
    Array.from({ length: count }, () => {
      ids += 1;
      return letter(sketch).replace('id 4Xy7', `id copy${ids}`);
    });
  const put = (mailbox: 'post' | 'mail', ...texts: readonly string[]): void => {
    for (const text of texts) office.isp.mailbox(mailbox).put(text);
  };
  const counts = async (...users: readonly string[]): Promise<Readonly<Record<string, number>>> => {
    const entries: [string, number][] = [];
    for (const user of users) entries.push([user, (await office.pickUp(user)).length]);
    return Object.fromEntries(entries);
  };
  const domain = (): Promise<Readonly<Record<string, number>>> => counts('lisa', 'john', 'admin1');

  it('goes to ADMIN1 with the reason, once', async () => {
    put('post', ...copies(2, { id: 'bcc@x', to: `john@${DOMAIN}` }));
    const { accounts } = await office.round();
    expect(accounts[1]).to.include({ fetched: 2, stored: 2 });
    expect(await domain()).to.deep.equal({ lisa: 0, john: 1, admin1: 1 });
    const [trace] = await office.run<readonly { readonly id: string; readonly rung: string }[]>('trace', { query: 'bcc@x' });
    expect(JSON.stringify(trace)).to.include("surplus copy, perhaps somebody's Bcc").and.include('L7');
    put('post', ...copies(3, { id: 'bcc@x', to: `john@${DOMAIN}` }));
    await office.round();
    expect(await domain(), 'further ones').to.deep.equal({ lisa: 0, john: 1, admin1: 1 });
  });

  it('is told from the copies of those whom the header names, also in rounds apart and over a restart', async () => {
    const mail = (): readonly string[] => copies(1, { id: 'two@x', to: `john@${DOMAIN}, JOHN@${DOMAIN}, nobody@${DOMAIN}` });
    for (let round = 1; round <= 2; round += 1) {
      put('post', ...mail());
      await office.round();
      expect(await domain(), `round ${round}`).to.deep.equal({ lisa: 0, john: 1, admin1: 1 });
      await office.close();
      await office.open();
    }
    put('post', ...mail());
    await office.round();
    expect(await domain()).to.deep.equal({ lisa: 0, john: 1, admin1: 2 });
  });

  it('counts an address once, whatever names stand before it', async () => {
    put('mail', ...copies(2, { id: 'names@x', to: `andrew <${REGULAR}>, greg <${REGULAR}>` }));
    await office.round();
    expect(await counts('andrew', 'greg', 'admin1')).to.deep.equal({ andrew: 1, greg: 1, admin1: 1 });
  });

  it('is a duplicate where the ISP says whose it is, where all have it, and where ADMIN1 has it as nobody’s', async () => {
    put('post', ...copies(2, { id: 'known@x', to: `john@${DOMAIN}`, envelope: [`X-Original-To: john@${DOMAIN}`] }));
    put('post', ...copies(3, { id: 'nobody@x', to: 'friends@out.example' }));
    put('mail', ...copies(3, { id: 'all@x', to: `PUBLIC1 <${REGULAR}>` }));
    await office.round();
    expect(await domain()).to.deep.equal({ lisa: 0, john: 1, admin1: 1 });
  });

  it('is a duplicate where all readers of the list that sent it have it', async () => {
    await office.run('accounts.change', {
      account: 'works',
      set: ['mailing-lists.map={"wood.lists.example":["john"],"tree.lists.example":["lisa"]}'],
    });
    const mail = (list: string, header: readonly string[]): readonly string[] =>
      copies(1, { id: `${list}@x`, to: `john@${DOMAIN}, ${list}@lists.example`, header });
    for (const list of ['wood', 'tree', 'unmapped']) put('post', ...mail(list, []), ...mail(list, [`List-Id: <${list}.lists.example>`]));
    await office.round();
    expect(await domain(), 'tree is read by lisa, and nobody knows who reads the third').to.deep.equal({ lisa: 0, john: 3, admin1: 2 });
  });

  it('stays with ADMIN1 when it is sorted again, until the settings tell the recipient or a person does', async () => {
    put('post', ...copies(2, { id: 'again@x', to: `john@${DOMAIN}` }));
    await office.round();
    const again = await office.run<readonly { readonly message: string; readonly problem?: string }[]>('resort', {
      mailbox: 'admin1',
      limit: 10,
      preview: false,
    });
    expect(again[0]?.problem).to.include('It is a surplus copy').and.include('postroom mailboxes move');
    expect(await domain()).to.deep.equal({ lisa: 0, john: 1, admin1: 1 });
    await office.run('mailboxes.move', { message: again[0]?.message, user: 'lisa', teach: false, lookAt: 10 });
    expect(await counts('lisa', 'john')).to.deep.equal({ lisa: 1, john: 1 });
  });

  it('case 025', async function () {
    const folder = playedCase('025', this);
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.eml')))
      put('post', readFileSync(path.join(folder, file), 'latin1').replace(/\r?\n/g, '\r\n'));
    await office.round();
    expect(await domain()).to.deep.equal({ lisa: 0, john: 1, admin1: 1 });
  });
});
