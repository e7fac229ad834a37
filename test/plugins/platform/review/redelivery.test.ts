// What sorting again gives and takes, copy by copy: what a client has picked up stays, and a client may be faster.
import { ADMIN1, type MailboxRef } from '@postroom/sdk';
import type { CopyTrace, StoredMessage } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Redelivery } from '#plugins/platform/review/dist/redelivery.js';
import { failureOf } from '../../../kit/failureOf.js';
import { ACCOUNTS, ANDREW, GREG, NOW, storedMessage, TestResorting } from './support.js';

function copyOf(mailbox: MailboxRef, more: Partial<CopyTrace> = {}): CopyTrace {
  return { mailbox, placedAt: NOW, pickedUpAt: undefined, client: undefined, removedAt: undefined, ...more };
}

describe('redelivery', () => {
  let copies: CopyTrace[];
  let message: StoredMessage | undefined;
  let sorting: TestResorting;
  let redelivery: Redelivery;
  beforeEach(() => {
    copies = [copyOf(ADMIN1)];
    message = storedMessage();
    sorting = new TestResorting(() => [GREG]);
    sorting.meanwhile = ({ mailboxes }, recall) => {
      copies = [...copies.filter(({ mailbox }) => !recall.includes(mailbox)), ...mailboxes.map((mailbox) => copyOf(mailbox))];
      return mailboxes;
    };
    const store = { message: async () => message, copies: async () => copies };
    redelivery = new Redelivery(store, sorting, ACCOUNTS);
  });

  it('gives what is missing and takes what nobody has picked up, in one commit', async () => {
    expect(await redelivery.again(storedMessage(), false)).to.deep.include({
      added: ['greg@company'],
      recalled: ['admin1'],
      notRecalled: [],
    });
    expect(sorting.commits).to.have.length(1);
    expect(sorting.commits[0]).to.deep.include({ recall: [ADMIN1] });
  });

  it('commits nothing for a preview, nor where every copy is in its place', async () => {
    expect(await redelivery.again(storedMessage(), true)).to.deep.include({ added: ['greg@company'], recalled: ['admin1'] });
    copies = [copyOf(GREG)];
    expect(await redelivery.again(storedMessage(), false)).to.deep.include({ added: [], recalled: [], notRecalled: [] });
    expect(sorting.commits).to.deep.equal([]);
  });

  it('leaves with its user what is picked up, and gives no second copy to who has read and deleted it', async () => {
    copies = [copyOf(ADMIN1, { pickedUpAt: NOW }), copyOf(GREG, { pickedUpAt: NOW, removedAt: NOW })];
    expect(await redelivery.again(storedMessage(), false)).to.deep.include({ added: [], recalled: [], notRecalled: ['admin1'] });
    copies = [copyOf(ADMIN1), copyOf(GREG, { removedAt: NOW })];
    expect((await redelivery.again(storedMessage(), false)).added, 'one that was taken from greg before he saw it').to.deep.equal([
      'greg@company',
    ]);
  });

  it('says what the store says where a client was faster than the recall', async () => {
    sorting.meanwhile = () => {
      copies = [copyOf(ADMIN1, { pickedUpAt: NOW }), copyOf(GREG)];
      return [GREG];
    };
    expect(await redelivery.again(storedMessage(), false)).to.deep.include({
      added: ['greg@company'],
      recalled: [],
      notRecalled: ['admin1'],
    });
  });

  it('says so where somebody else sorted it meanwhile', async () => {
    sorting.meanwhile = () => undefined;
    expect(await redelivery.again(storedMessage(), false)).to.deep.include({ added: [], problem: 'Somebody else sorted it meanwhile.' });
  });

  const refused: readonly (readonly [string, Partial<StoredMessage>, RegExp])[] = [
    ['is set aside', { disposition: 'hold' }, /^It is set aside; "postroom held release 7" delivers it\.$/],
    ['was written here', { origin: 'submitted' }, /^Only mail from outside is sorted again: this was written here/],
    ['came by an account that is gone', { account: 'former' }, /^The account former that it came by is not set up any more\.$/],
  ];
  for (const [what, more, sentence] of refused) {
    it(`leaves alone what ${what}`, async () => {
      const answer = await redelivery.again(storedMessage(more), false);
      expect(answer.problem).to.match(sentence);
      expect(sorting.commits).to.deep.equal([]);
    });
  }

  it("leaves alone what today's rules would not deliver, with their reason", async () => {
    sorting.to = () => [];
    expect((await redelivery.again(storedMessage(), false)).problem).to.equal(
      "Today's rules would not deliver it (hold: a filter is away), so it stays where it is.",
    );
  });

  it('moves by a person whatever the rules say, and says why where it cannot', async () => {
    copies = [copyOf(GREG)];
    expect(await redelivery.move('7', ANDREW)).to.deep.include({ added: ['andrew@company'], recalled: ['greg@company'] });
    const [commit] = sorting.commits;
    expect(commit?.decision.trail).to.containSubset([{ change: '+andrew@company', reason: 'moved by the administrator' }]);
    message = storedMessage({ disposition: 'quarantine' });
    expect((await failureOf(redelivery.move('7', ANDREW))).message).to.equal(
      'Message 7 is set aside. "postroom held release 7 andrew@company" delivers it.',
    );
    message = undefined;
    expect((await failureOf(redelivery.move('7', ANDREW))).message).to.equal(
      'No message 7 is stored here. "postroom trace 7" says what became of it.',
    );
  });
});
