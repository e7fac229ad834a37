import { sharedContentParser } from '#core/mail/contentParser.js';
import '#core/base/injection.js';
import { type AccountView, ADMIN1, type MailboxRef, type SortPlan } from '@postroom/sdk';
import { createMailView, createSortPlan, readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { type Decision, draftUnit, type UnitParts } from '#core/flow/draftUnit.js';

const ACCOUNT: AccountView = { id: 'company', kind: 'regular', address: 'mail@company.example', domains: [], users: [] };
const ANDREW: MailboxRef = { account: 'company', user: 'andrew' };
const GREG: MailboxRef = { account: 'company', user: 'greg' };
const TEXT =
  'Delivered-To: secret@x\r\nFrom: =?UTF-8?Q?J=C3=BCrgen?= <j@x.example>\r\nSubject: Hello\r\nMessage-ID: <one@x>\r\n\r\nbody\r\n';
const header = readHeader(Buffer.from(TEXT));

function draft(
  decisions: readonly Decision[],
  parts: Partial<UnitParts> = {},
  origin: 'fetched' | 'submitted' = 'fetched',
): ReturnType<typeof draftUnit> {
  const mail = createMailView(
    {
      id: '12',
      size: TEXT.length,
      origin,
      envelope: { from: undefined, recipients: [] },
      author: undefined,
      receivedAt: new Date(0),
      header,
      read: async function* () {
        yield Buffer.from(TEXT);
      },
    },
    sharedContentParser,
  );
  const incoming = { header, contentHash: 'hash', duplicateKey: Buffer.from('key') } as Parameters<typeof draftUnit>[1];
  const prefix = ({ mailboxes }: Decision): Uint8Array => Buffer.from(`for ${mailboxes.map(({ user }) => user).join()}`);
  return draftUnit(mail, incoming, decisions, { account: 'company', prefix, journal: undefined, outbox: [], ...parts });
}

const decision = (plan: SortPlan, ...mailboxes: readonly MailboxRef[]): Decision => ({ plan, trail: [], mailboxes });
const plan = createSortPlan(ACCOUNT, []);

describe('what one message changes', () => {
  it('is told in decoded words, with its ids and its journal row', () => {
    const journal = { account: 'company', uidl: 'u1', listedSize: 100 };
    const { message, journal: row } = draft([decision(plan)], { journal });
    expect(message).to.include({
      id: '12',
      from: 'Jürgen <j@x.example>',
      subject: 'Hello',
      messageId: 'one@x',
      uidl: 'u1',
      contentHash: 'hash',
    });
    expect(message.headerSize).to.equal(TEXT.indexOf('body'));
    expect(row).to.equal(journal);
  });

  it('is one copy for each mailbox, however many accounts name it, with the lines of the first that does', () => {
    const { placements } = draft([decision(plan, ANDREW, ADMIN1), decision(plan, { account: 'company', user: 'ANDREW' }, GREG, ADMIN1)]);
    expect(placements.map(({ mailbox, prefix }) => [mailbox.user, Buffer.from(prefix).toString()])).to.deep.equal([
      ['andrew', 'for andrew,admin1'],
      ['admin1', 'for andrew,admin1'],
      ['greg', 'for ANDREW,greg,admin1'],
    ]);
  });

  it('knows fetched mail by its duplicate key, and lets a colleague send the same twice', () => {
    expect(draft([decision(plan, ANDREW)]).placements[0]?.duplicateKey?.toString()).to.equal('key');
    expect(draft([decision(plan, ANDREW)], {}, 'submitted').placements[0]?.duplicateKey).to.equal(undefined);
  });

  it('takes the gravest disposition of all accounts, with the reason of it', () => {
    const { message } = draft([decision(plan.quarantine('a loop')), decision(plan.hold('cc is not active')), decision(plan)]);
    expect(message).to.include({ disposition: 'hold', reason: 'cc is not active' });
    expect(draft([decision(plan)]).message).to.include({ disposition: 'deliver', reason: '' });
  });

  it('conceals each field once, whichever plan asked for it', () => {
    const [field] = header.fields;
    if (field === undefined) throw new Error('The message has no fields.');
    const concealing = plan.conceal({ name: 'Delivered-To', value: '', raw: new Uint8Array(), index: 0 }, 'names another');
    const { message } = draft([decision(concealing), decision(concealing)]);
    expect(message.concealed).to.deep.equal([{ start: 0, end: TEXT.indexOf('From:') }]);
  });

  it('is set aside for the reason of the tap that decided so, whatever later taps said', () => {
    const held = plan.hold('It smells of cat.').addHeader('X-Mark: yes', 'so that it is known again');
    const trail = [
      { tap: 'acme.dogs/sniff', change: 'hold', reason: 'It smells of cat.', milliseconds: 1 },
      { tap: 'postroom.loop-guard/mark', change: 'header X-Mark', reason: 'so that it is known again', milliseconds: 1 },
    ];
    expect(draft([{ plan: held, trail, mailboxes: [] }]).message).to.include({ disposition: 'hold', reason: 'It smells of cat.' });
    expect(draft([{ plan: plan.hold('The Outbox is full.'), trail: [], mailboxes: [] }]).message.reason).to.equal('The Outbox is full.');
  });
});
