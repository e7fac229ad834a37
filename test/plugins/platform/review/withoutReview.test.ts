// Mail is sorted whether or not somebody has second thoughts about it.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PluginCatalogue } from '@postroom/sdk/services';
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { Postroom } from '../../../kit/postroom.js';

const REVIEW = { plugin: 'postroom.review' };

describe('a server without the review', () => {
  let postroom: Postroom;
  afterEach(() => postroom.stop());

  const expectSorted = async (subject: string): Promise<void> => {
    postroom.isp.mailbox('mail').put(letter({ to: 'Andrew <mail@company.example>', subject }));
    postroom.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject }));
    postroom.isp.mailbox('mail').put(letter({ to: 'talk@lists.example', subject: 'List', header: ['List-Id: Talk <talk.lists.example>'] }));
    await postroom.round();
    expect((await postroom.subjects('andrew')).at(-1)).to.equal(subject);
    expect((await postroom.subjects('lisa')).at(-1)).to.equal(subject);
    expect(await postroom.run('held.list')).to.deep.equal([]);
    const rest = postroom.service(PluginCatalogue).plugins.filter(({ problems }) => problems.length > 0);
    expect(rest.map(({ id }) => id)).to.deep.equal([]);
  };

  it('sorts mail as ever, and says what is missing to who asks for it', async () => {
    postroom = await Postroom.start({ settings: { 'plugins.disabled': ['postroom.review'] } });
    await expectSorted('Hello');
    const missing = (service: string): string =>
      `The service ${service} is not there: postroom.review, which provides it, is disabled. To switch it on: postroom plugins enable postroom.review`;
    expect(await postroom.refusal('isp-domainpop.probe', { account: 'works' })).to.equal(missing('RecentMail'));
    expect(await postroom.refusal('trace', { query: 'Hello' })).to.include('postroom.review');
    await postroom.run('plugins.enable', REVIEW);
    expect(await postroom.run('trace', { query: 'Hello' })).to.have.length(2);
  });

  it('sorts mail as ever where boot.json switches it off', async () => {
    postroom = await Postroom.start();
    await postroom.close();
    await writeFile(path.join(postroom.dataDir, 'boot.json'), JSON.stringify({ disabled: ['postroom.review'] }));
    await postroom.open();
    await expectSorted('Hello');
    expect(await postroom.refusal('plugins.enable', REVIEW)).to.include('postroom.review is switched off by boot.json');
  });

  it('goes on sorting while it is switched off and on, and the rules of those that sort come back with it', async () => {
    postroom = await Postroom.start();
    await postroom.run('plugins.disable', REVIEW);
    await expectSorted('Off');
    await postroom.run('plugins.enable', REVIEW);
    await expectSorted('On');
    const changed = postroom.events.flatMap((event) => (event.type === 'plugin' ? [event.plugin] : []));
    expect([...new Set(changed)], 'the others ran all the while').to.deep.equal(['postroom.review']);
    postroom.isp.mailbox('mail').put(letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Bill' }));
    await postroom.round();
    const [{ message } = { message: '' }] = await postroom.run<readonly { readonly message: string }[]>('trace', { query: 'Bill' });
    const move = await postroom.run<{ readonly rules: readonly { readonly rule: string }[] }>('mailboxes.move', { message, user: 'greg' });
    expect(move.rules).to.have.length(1);
  });
});
