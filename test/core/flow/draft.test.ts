import type { Decision } from '@postroom/sdk/services';
import '#core/base/injection.js';
import { type AccountView, ADMIN1, type MailboxRef, type SortPlan } from '@postroom/sdk';
import { createSortPlan, readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { type Draft, type DraftParts, draft } from '#core/flow/draft.js';

const ACCOUNT: AccountView = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.example', domains: [], users: [] };
const ANDREW: MailboxRef = { account: 'company', user: 'andrew' };
const GREG: MailboxRef = { account: 'company', user: 'greg' };
const TEXT =
  'Delivered-To: secret@x\r\nFrom: =?UTF-8?Q?J=C3=BCrgen?= <j@x.example>\r\nSubject: Hello\r\nMessage-ID: <one@x>\r\n\r\nbody\r\n';
const header = readHeader(Buffer.from(TEXT));

function drafted(decisions: readonly Decision[], parts: Partial<DraftParts> = {}): Draft {
  const prefix = ({ mailboxes }: Decision): Uint8Array => Buffer.from(`for ${mailboxes.map(({ user }) => user).join()}`);
  return draft(decisions, { header, prefix, duplicateKey: Buffer.from('key'), ...parts });
}

const decision = (plan: SortPlan, ...mailboxes: readonly MailboxRef[]): Decision => ({ plan, trail: [], mailboxes });
const plan = createSortPlan(ACCOUNT, []);

describe('a draft', () => {
  it('is one copy for each mailbox, however many accounts name it, with the lines of the first that does', () => {
    const { placements } = drafted([decision(plan, ANDREW, ADMIN1), decision(plan, { account: 'company', user: 'ANDREW' }, GREG, ADMIN1)]);
    expect(placements.map(({ mailbox, prefix }) => [mailbox.user, Buffer.from(prefix).toString()])).to.deep.equal([
      ['andrew', 'for andrew,admin1'],
      ['admin1', 'for andrew,admin1'],
      ['greg', 'for ANDREW,greg,admin1'],
    ]);
  });

  it('names the content of a copy where it is known, and says whether the copy is wanted in any case', () => {
    expect(drafted([decision(plan, ANDREW)]).placements[0]?.duplicateKey?.toString()).to.equal('key');
    expect(drafted([decision(plan, ANDREW)], { duplicateKey: undefined }).placements[0]?.duplicateKey).to.equal(undefined);
    expect([true, false].map((isWanted) => drafted([decision(plan, ANDREW)], { isWanted }).placements[0]?.isWanted)).to.deep.equal([
      true,
      false,
    ]);
  });

  it('takes the gravest disposition of all accounts, with the reason of it', () => {
    const gravest = drafted([decision(plan.quarantine('a loop')), decision(plan.hold('cc is not active')), decision(plan)]);
    expect(gravest).to.include({ disposition: 'hold', reason: 'cc is not active' });
    expect(drafted([decision(plan)])).to.include({ disposition: 'deliver', reason: '' });
  });

  it('conceals each field once, whichever plan asked for it', () => {
    const [field] = header.fields;
    if (field === undefined) throw new Error('The message has no fields.');
    const concealing = plan.conceal({ name: 'Delivered-To', value: '', raw: new Uint8Array(), index: 0 }, 'names another');
    expect(drafted([decision(concealing), decision(concealing)]).concealed).to.deep.equal([{ start: 0, end: TEXT.indexOf('From:') }]);
  });

  it('is set aside for the reason of the tap that decided so, whatever later taps said', () => {
    const held = plan.hold('It smells of cat.').addHeader('X-Mark: yes', 'so that it is known again');
    const trail = [
      { tap: 'acme.dogs/sniff', change: 'hold', reason: 'It smells of cat.', milliseconds: 1 },
      { tap: 'postroom.loop-guard/mark', change: 'header X-Mark', reason: 'so that it is known again', milliseconds: 1 },
    ];
    expect(drafted([{ plan: held, trail, mailboxes: [] }])).to.include({ disposition: 'hold', reason: 'It smells of cat.' });
    expect(drafted([{ plan: plan.hold('The Outbox is full.'), trail: [], mailboxes: [] }]).reason).to.equal('The Outbox is full.');
  });
});
