import '#core/base/injection.js';
import type { AccountView } from '@postroom/sdk';
import { createSortPlan, readHeader } from '@postroom/sdk/mail';
import type { StagedBody, StoredMessage } from '@postroom/sdk/services';
import { expect } from 'chai';
import { changeOf, type NewMailDraft, unitOf } from '#core/flow/commitUnit.js';
import { draft } from '#core/flow/draft.js';
import { StagedMail } from '#core/flow/intake/stagedMail.js';

const ACCOUNT: AccountView = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.example', domains: [], users: [] };
const TEXT = 'From: =?UTF-8?Q?J=C3=BCrgen?= <j@x.example>\r\nSubject: Hello\r\nMessage-ID: <one@x>\r\n\r\nbody\r\n';
const header = readHeader(Buffer.from(TEXT));
const prefix = (): Uint8Array => Buffer.from('Received: here\r\n');
const plan = createSortPlan(ACCOUNT);

function staged(): StagedMail {
  const source = { origin: 'fetched', author: undefined, envelope: { from: undefined, recipients: [] }, mode: 'for duplicates' } as const;
  const content = { header, contentHash: 'hash', duplicateKey: undefined };
  return new StagedMail({ id: '12', size: TEXT.length } as StagedBody, content, source, new Date(7));
}

const drafted = (more: Partial<NewMailDraft> = {}): NewMailDraft => ({
  ...draft([{ plan, trail: [], mailboxes: [] }], { header, prefix }),
  account: 'company',
  ...more,
});

describe('what one message changes', () => {
  it('is told in decoded words, with its ids and its journal row', () => {
    const journal = { account: 'company', uidl: 'u1', listedSize: 100 };
    const { message, journal: row } = unitOf(staged(), drafted({ journal }));
    expect(message).to.include({
      id: '12',
      account: 'company',
      from: 'Jürgen <j@x.example>',
      subject: 'Hello',
      messageId: 'one@x',
      uidl: 'u1',
      contentHash: 'hash',
      size: TEXT.length,
    });
    expect(message.receivedAt).to.deep.equal(new Date(7));
    expect(message.headerSize).to.equal(TEXT.indexOf('body'));
    expect(row).to.equal(journal);
  });

  it('keeps what a client said only for a message that has to wait', () => {
    const submission = {
      author: undefined,
      from: 'a@x.example',
      recipients: [{ address: 'b@x.example' }],
      client: { helo: 'pc', address: '192.0.2.1', protocol: 'ESMTP' },
    };
    expect(unitOf(staged(), drafted({ submission })).message.submission).to.deep.equal({
      client: submission.client,
      dsn: undefined,
      recipients: submission.recipients,
    });
    expect(unitOf(staged(), drafted()).message.submission).to.equal(undefined);
  });

  it('is one unit with what it says of the Outbox and of mail at an ISP', () => {
    const tells = { account: 'company', uidl: 'u1', listedSize: 1, headerPrint: undefined, notice: {} as never };
    const settles = [{ id: 1 } as never];
    expect(unitOf(staged(), drafted({ tells, settles, surplus: 'accounted for' }))).to.include({
      tells,
      settles,
      surplus: 'accounted for',
    });
    expect(unitOf(staged(), drafted())).to.not.have.any.keys('tells', 'settles', 'surplus');
  });

  it('goes on where its trail ended when it is sorted again, and keeps its reason while it stays aside', () => {
    const first = { tap: 'a.b/hold', change: 'hold', reason: 'cc is not active', milliseconds: 1 };
    const stored = { disposition: 'hold', reason: 'cc is not active', trail: [first] } as unknown as StoredMessage;
    const trail = [{ tap: 'a.b/loop', change: 'quarantine', reason: 'a loop', milliseconds: 1 }];
    const aside = draft([{ plan: plan.quarantine('a loop'), trail, mailboxes: [] }], { header, prefix });
    expect(changeOf(stored, aside, [])).to.deep.include({
      from: 'hold',
      disposition: 'quarantine',
      reason: 'cc is not active',
      trail: [first, ...trail],
    });
    const andrew = { account: 'company', user: 'andrew' };
    const delivered = draft([{ plan: plan.to(andrew, 'named', 'L1'), trail, mailboxes: [andrew] }], { header, prefix });
    const change = changeOf(stored, delivered, [{ account: 'company', user: 'greg' }]);
    expect(change).to.include({ disposition: 'deliver', reason: '', rung: 'L1' });
    expect([change.add.map(({ mailbox }) => mailbox.user), change.recall.map(({ user }) => user)]).to.deep.equal([['andrew'], ['greg']]);
  });
});
