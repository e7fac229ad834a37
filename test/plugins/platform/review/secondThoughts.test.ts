// Mail that went to the wrong place: sorted again by today's rules, moved by hand, and what that teaches.
import { Accounts, SettingsService } from '@postroom/sdk/services';
import { expect } from 'chai';
import { letter } from '../../../kit/letter.js';
import { Postroom } from '../../../kit/postroom.js';

interface Redelivery {
  readonly message: string;
  readonly subject: string;
  readonly added: readonly string[];
  readonly recalled: readonly string[];
  readonly notRecalled: readonly string[];
  readonly problem?: string;
}

interface Move extends Redelivery {
  readonly taught?: string;
  readonly rules: readonly { readonly rule: string; readonly path: readonly string[]; readonly value: unknown; readonly whatIf: string }[];
}

describe('second thoughts', () => {
  let postroom: Postroom;

  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  const collect = async (mailbox: 'mail' | 'post', ...letters: readonly string[]): Promise<void> => {
    for (const text of letters) postroom.isp.mailbox(mailbox).put(text);
    await postroom.round();
  };
  const set = (path: readonly string[], value: unknown): Promise<unknown> =>
    postroom.service(SettingsService).edit('test', [{ path, value }]);
  const messagesOf = async (mailbox: string): Promise<readonly string[]> =>
    (await postroom.run<readonly { message: string }[]>('mailboxes.show', { mailbox })).map(({ message }) => message);

  describe('resort', () => {
    it("delivers what is missing by today's rules and recalls what nobody has picked up", async () => {
      await collect('mail', letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Bill' }));
      await set(['accounts', 'company', 'users', 'greg', 'names'], ['Bookkeeping']);
      const preview = await postroom.run<readonly Redelivery[]>('resort', { mailbox: 'admin1', preview: true });
      expect(preview).to.containSubset([{ subject: 'Bill', added: ['greg@company'], recalled: ['admin1'], notRecalled: [] }]);
      expect(await postroom.subjects('greg')).to.deep.equal([]);
      expect(await postroom.run('resort', { mailbox: 'admin1' })).to.deep.equal(preview);
      expect(await postroom.subjects('greg')).to.deep.equal(['Bill']);
      expect(await messagesOf('admin1')).to.deep.equal([]);
      const [trace] = await postroom.run<readonly { trail: { tap: string }[]; rung: string }[]>('trace', { query: 'Bill' });
      expect(trace?.rung).to.equal('L4');
      expect(trace?.trail.map(({ tap }) => tap)).to.include.members(['postroom.admin1/fallback', 'postroom.isp-regular/route']);
    });

    it('says which copies it could not recall, and gives nobody a second one', async () => {
      await collect('mail', letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Bill' }));
      const pickedUp = postroom.next((event) => event.type === 'picked-up');
      await postroom.pickUp('admin1');
      await pickedUp;
      await set(['accounts', 'company', 'users', 'greg', 'names'], ['Bookkeeping']);
      const [message = ''] = await messagesOf('admin1');
      const [first] = await postroom.run<readonly Redelivery[]>('resort', { messages: [message] });
      expect(first).to.containSubset({ added: ['greg@company'], recalled: [], notRecalled: ['admin1'] });
      const client = await postroom.pop3('greg');
      await client.ask('RETR 1');
      await client.ask('DELE 1');
      await client.ask('QUIT');
      await client.rest();
      const [second] = await postroom.run<readonly Redelivery[]>('resort', { messages: [message] });
      expect(second).to.containSubset({ added: [], recalled: [] });
      expect(await postroom.subjects('greg')).to.deep.equal([]);
    });

    it('leaves alone what was written here and what is set aside, and says so', async () => {
      await postroom.submit(
        'andrew',
        ['mail@company.example'],
        'From: mail@company.example\r\nTo: greg <mail@company.example>\r\nSubject: Inside\r\n\r\nx',
      );
      const [message = ''] = await messagesOf('greg');
      const [answer] = await postroom.run<readonly Redelivery[]>('resort', { messages: [message] });
      expect(answer?.problem).to.include('written here');
      expect(await postroom.subjects('greg')).to.deep.equal(['Inside']);
    });

    it('takes only mail that came on or after a day', async () => {
      for (const since of ['yesterday', '2026-99-99']) {
        const refusal: unknown = await postroom.run('resort', { mailbox: 'admin1', since }).catch((error: unknown) => error);
        expect(String(refusal)).to.include(`--since is a day in the form 2026-11-23, and "${since}" is none.`);
      }
      await collect('mail', letter({ to: 'Nobody <mail@company.example>' }));
      expect(await postroom.run('resort', { mailbox: 'admin1', since: '2999-01-01' })).to.deep.equal([]);
      expect(await postroom.run('resort', { mailbox: 'admin1', since: '2020-01-01' })).to.have.length(1);
    });
  });

  describe('mailboxes move', () => {
    it('moves the message and proposes a name of the user, with what it would change', async () => {
      await collect(
        'mail',
        letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Bill' }),
        letter({ to: 'Bookkeeping <mail@company.example>', subject: 'Other bill' }),
        letter({ to: 'andrew <mail@company.example>', subject: 'Hello' }),
      );
      const bill = (await postroom.run<readonly { message: string }[]>('trace', { query: 'Bill' })).at(-1)?.message ?? '';
      const move = await postroom.run<Move>('mailboxes.move', { message: bill, user: 'greg' });
      expect(move).to.containSubset({ added: ['greg@company'], recalled: ['admin1'], notRecalled: [] });
      expect(move.rules).to.have.length(1);
      expect(move.rules[0]).to.containSubset({ path: ['accounts', 'company', 'users', 'greg', 'names'], value: ['Bookkeeping'] });
      expect(move.rules[0]?.whatIf).to.include('"Other bill" would go to greg@company').and.not.include('Hello');
      expect(await postroom.subjects('greg')).to.deep.equal(['Bill']);
      expect(await messagesOf('admin1')).to.have.length(1);
    });

    it('puts the narrowest rule into the settings where it is told to teach', async () => {
      await collect('post', letter({ to: 'orders@works.example', subject: 'Order' }));
      const [message = ''] = await messagesOf('admin1');
      const move = await postroom.run<Move>('mailboxes.move', { message, user: 'john', teach: true });
      expect(move.taught).to.equal("mail to orders@works.example is john's");
      expect(postroom.service(Accounts).user({ account: 'works', user: 'john' })?.aliases).to.deep.equal(['orders']);
      await collect('post', letter({ to: 'orders@works.example', subject: 'Next order' }));
      expect(await postroom.subjects('john')).to.deep.equal(['Order', 'Next order']);
    });

    it('proposes to map the list where only the list tells', async () => {
      await collect('mail', letter({ to: 'talk@lists.example', subject: 'News', header: ['List-Id: Talk <talk.lists.example>'] }));
      const [message = ''] = await messagesOf('admin1');
      const move = await postroom.run<Move>('mailboxes.move', { message, user: 'carolyn' });
      expect(move.rules).to.containSubset([
        { path: ['accounts', 'company', 'mailing-lists.map'], value: { 'talk.lists.example': ['carolyn'] } },
      ]);
    });

    it('proposes nothing where nothing in the message tells, or for a user of another account', async () => {
      await collect('mail', letter({ to: 'mail@company.example', subject: 'Nameless' }), letter({ to: 'Lisa <mail@company.example>' }));
      const [named = '', nameless = ''] = await messagesOf('admin1');
      expect((await postroom.run<Move>('mailboxes.move', { message: nameless, user: 'greg' })).rules).to.deep.equal([]);
      expect((await postroom.run<Move>('mailboxes.move', { message: named, user: 'lisa' })).rules).to.deep.equal([]);
      expect(await postroom.subjects('lisa')).to.have.length(1);
    });
  });
});
