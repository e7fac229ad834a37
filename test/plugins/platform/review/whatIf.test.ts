// Settings that are tried out before they are saved: which mail would go elsewhere?
import { type SettingEdit, SettingsService } from '@postroom/sdk/services';
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { Postroom } from '../../../kit/postroom.js';

interface WhatIf {
  readonly looked: number;
  readonly moved: readonly { readonly message: string; readonly subject: string; readonly now: string[]; readonly instead: string[] }[];
}

describe('what-if', () => {
  let postroom: Postroom;

  beforeEach(async () => {
    postroom = await Postroom.start();
    const mail = postroom.isp.mailbox('mail');
    mail.put(letter({ to: 'andrew <mail@company.example>', subject: 'One' }));
    mail.put(letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Two' }));
    postroom.isp.mailbox('post').put(letter({ to: 'orders@works.example', subject: 'Three' }));
    // One after the other: both at once come in any order.
    for (const account of ['company', 'works']) await postroom.round('user', [account]);
  });
  afterEach(() => postroom.stop());

  /** The settings file with some values changed, as the CLI would read it. */
  const draft = (...edits: readonly SettingEdit[]): string =>
    Buffer.from(postroom.service(SettingsService).draft(edits)).toString('base64');

  it('names the messages that would go elsewhere, and leaves the settings in force as they are', async () => {
    const file = draft(
      { path: ['accounts', 'company', 'users', 'greg', 'names'], value: ['Bookkeeping'] },
      { path: ['accounts', 'works', 'users', 'lisa', 'aliases'], value: ['sales', 'orders'] },
    );
    const report = await postroom.run<WhatIf>('config.validate', { file, whatIf: 10 });
    expect(report.looked).to.equal(3);
    expect(report.moved.map(({ subject, now, instead }) => ({ subject, now, instead }))).to.have.deep.members([
      { subject: 'Two', now: ['admin1'], instead: ['greg@company'] },
      { subject: 'Three', now: ['admin1'], instead: ['lisa@works'] },
    ]);
    expect((await postroom.run<WhatIf>('config.validate', { whatIf: 10 })).moved).to.deep.equal([]);
    postroom.isp.mailbox('mail').put(letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Four' }));
    await postroom.round();
    expect(await postroom.subjects('greg')).to.deep.equal([]);
  });

  it('sees users that come and accounts that go, and looks at the newest messages only', async () => {
    const withUser = draft({ path: ['accounts', 'company', 'users', 'bookkeeping'], value: {} });
    expect((await postroom.run<WhatIf>('config.validate', { file: withUser, whatIf: 10 })).moved[0]?.instead).to.deep.equal([
      'bookkeeping@company',
    ]);
    const withoutAccount = draft({ path: ['accounts', 'works'], value: undefined });
    const report = await postroom.run<WhatIf>('config.validate', { file: withoutAccount, whatIf: 1 });
    expect(report).to.deep.include({ looked: 1 });
    expect(report.moved[0]?.instead).to.deep.equal(['(no account works)']);
  });

  it('refuses settings that are wrong', async () => {
    const file = draft({ path: ['accounts', 'company', 'users', 'andrew', 'cc.to'], value: ['nobody'] });
    let problem = '';
    await postroom.run('config.validate', { file, whatIf: 10 }).catch((error: unknown) => (problem = String(error)));
    expect(problem).to.include('nobody');
  });
});
