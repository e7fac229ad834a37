// accounts.suggest-kind: Regular or Domain POP, by what waits at the ISP or came from there.
import { expect } from 'chai';
import { letter } from '../../../../kit/letter.js';
import { Postroom } from '../../../../kit/postroom.js';

interface Suggestion {
  readonly kind: string;
  readonly suggestion?: string;
  readonly title?: string;
  readonly because: string;
}

describe('suggesting the kind of an account', () => {
  let postroom: Postroom;
  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  const suggest = (account: string): Promise<Suggestion> => postroom.run<Suggestion>('accounts.suggest-kind', { account, messages: 30 });

  it('sees by the names in front of one address that it is shared, and collects nothing', async () => {
    const box = postroom.isp.mailbox('mail');
    for (const name of ['Andrew', 'Greg', 'Carolyn', 'Accounts']) box.put(letter({ to: `${name} <mail@company.example>` }));
    box.put(letter({ to: 'Olga <olga@out.example>, Somebody else <else@company.example>' }));
    expect(await suggest('company')).to.include({
      kind: 'regular',
      suggestion: 'regular',
      title: 'Regular ISP account',
      because:
        'Of 5 messages, 4 are for mail@company.example itself (to Accounts, Carolyn, Greg and 1 more) and 1 for other addresses at company.example: one address is shared.',
    });
    expect(await postroom.run('mailboxes.list', {})).to.satisfy((boxes: readonly { messages: number }[]) =>
      boxes.every(({ messages }) => messages === 0),
    );
  });

  it('sees by many addresses at the domain that it all comes here, also where only the ISP names them', async () => {
    const box = postroom.isp.mailbox('mail');
    box.put(letter({ to: 'lisa@company.example' }));
    box.put(letter({ to: 'list@out.example', envelope: ['Delivered-To: mail@company.example', 'X-Original-To: john@company.example'] }));
    box.put(letter({ to: 'mail@company.example' }));
    const { suggestion, because } = await suggest('company');
    expect(suggestion).to.equal('domain');
    expect(because).to.contain('2 are for other addresses at company.example (john, lisa) and 1 for mail@company.example');
  });

  it("believes no envelope field below the ISP's Received", async () => {
    const box = postroom.isp.mailbox('mail');
    box.put(letter({ to: 'list@out.example', header: ['X-Original-To: john@company.example'] }));
    expect(await suggest('company')).to.not.have.property('suggestion');
  });

  it('looks at stored mail where none waits, and says so where there is none at all', async () => {
    const nothing = await suggest('works');
    expect(nothing.suggestion).to.equal(undefined);
    expect(nothing.because).to.equal('There is no mail to tell by yet, neither at the ISP nor here.');
    for (const local of ['lisa', 'john']) postroom.isp.mailbox('post').put(letter({ to: `${local}@works.example` }));
    await postroom.round();
    postroom.isp.mailbox('post').clear();
    expect((await suggest('works')).because).to.contain('Of 2 messages, 2 are for other addresses at works.example (');
  });

  it('says what the ISP says where it lets nobody in', async () => {
    await postroom.run('accounts.set-password', { account: 'company', password: 'wrong' });
    const failure = await suggest('company').then(
      () => 'none',
      (error: Error) => error.message,
    );
    expect(failure)
      .to.match(/refused|password/i)
      .and.not.include('wrong"');
  });
});
