import type { StoredMessage } from '@postroom/sdk/services';
import {
  activityColumns,
  activityOf,
  concealedEdits,
  copyColumnsOf,
  detailsWithTrail,
  dsnOf,
  dsnText,
  firstDayKept,
  mailboxKey,
  mailboxRef,
  messageColumns,
  messageTrace,
  oncePerMailbox,
  storedMessage,
  waitingEntry,
} from '@postroom/sdk/store';
import { expect } from 'chai';

const message: StoredMessage = {
  id: '7',
  origin: 'submitted',
  account: 'ops',
  author: { account: undefined, user: 'ADMIN1' },
  envelopeFrom: 'a@b.example',
  envelopeRecipients: ['c@d.example'],
  uidl: undefined,
  receivedAt: new Date(1_000),
  size: 100,
  headerSize: 40,
  contentHash: '0f3a9c41'.padEnd(64, '0'),
  messageId: 'x@b.example',
  from: 'Ann \u0000',
  subject: 'Grüße',
  disposition: 'hold',
  reason: 'spam',
  rung: undefined,
  trail: [{ tap: 'postroom/a', change: 'hold', reason: 'spam', milliseconds: 1 }],
  concealed: [
    { start: 10, end: 20 },
    { start: 30, end: 30, instead: '[new]' },
  ],
};

describe('A message as stores write it down', () => {
  it('comes back as it was, whatever it lacks', () => {
    expect(storedMessage(messageColumns(7, message))).to.deep.equal(message);
    const bare = { ...message, account: undefined, author: undefined, envelopeFrom: undefined, uidl: 'u', trail: [], concealed: [] };
    expect(storedMessage(messageColumns(7, bare))).to.deep.equal(bare);
  });

  it('gets lines at the end of its trail, and keeps all the rest', () => {
    const line = { tap: 'postroom/outbox', change: 'sent c', reason: '250 ok', milliseconds: 0 };
    const columns = messageColumns(7, message);
    const after = storedMessage({ ...columns, details: detailsWithTrail(columns.details, [line]) });
    expect(after).to.deep.equal({ ...message, trail: [...message.trail, line] });
  });

  it('is traced without what no trace tells', () => {
    expect(messageTrace(message, []))
      .to.deep.include({ id: '7', copies: [] })
      .and.not.have.any.keys('concealed', 'headerSize', 'submission');
  });

  it('keeps what its client asked for by RFC 3461', () => {
    const asked = { ret: 'HDRS', envid: 'e', notify: ['NEVER'], orcpt: 'rfc822;x' } as const;
    expect(dsnOf(dsnText(asked))).to.deep.equal(asked);
    const nothing = { ret: undefined, envid: undefined, notify: undefined, orcpt: undefined };
    expect([dsnText(nothing), dsnOf('{}')]).to.deep.equal(['{}', nothing]);
  });
});

describe('A copy as stores write it down', () => {
  it('is as long as POP3 serves it: prefix, octets, and what edits take away or put in', () => {
    const columns = copyColumnsOf(message)(Buffer.from('X: 1\r\n'));
    expect(columns).to.deep.include({ size: 6 + 100 - 10 + 5, tag: 0x0f3a9c41 });
    expect(concealedEdits(columns.concealed)).to.deep.equal(message.concealed);
  });

  it('says of edits nothing where it shows all', () => {
    const { concealed, size } = copyColumnsOf({ ...message, concealed: [] })(Buffer.alloc(0));
    expect([concealed, size, concealedEdits(concealed)]).to.deep.equal([null, 100, []]);
  });

  it('comes into each mailbox once, the first that names it', () => {
    const drafts = ['ann', 'Bob', 'ANN', 'ann'].map((user, place) => ({
      place,
      mailbox: { account: place === 3 ? undefined : 'ops', user },
    }));
    expect(oncePerMailbox(drafts, ({ mailbox }) => mailbox).map(({ place }) => place)).to.deep.equal([0, 1, 3]);
  });

  it('belongs to a mailbox that is told apart by its account, and by its user whatever the case', () => {
    expect(mailboxKey({ account: 'ops', user: 'Ann' })).to.equal(mailboxKey({ account: 'ops', user: 'aNN' }));
    expect(mailboxKey({ account: undefined, user: 'ann' })).to.not.equal(mailboxKey({ account: 'ops', user: 'ann' }));
    expect([mailboxRef('', 'ADMIN1'), mailboxRef('ops', 'Ann')]).to.deep.equal([
      { account: undefined, user: 'ADMIN1' },
      { account: 'ops', user: 'Ann' },
    ]);
  });
});

describe('An entry of the Log as stores write it down', () => {
  it('comes back as it was, on the calendar day of the place', () => {
    const at = new Date(2026, 10, 3, 23, 59);
    const entry = { kind: 'sent', account: 'ops', user: undefined, message: '7', text: 'Sent.', details: { octets: 5 } } as const;
    const columns = activityColumns(entry, at);
    expect(columns.day).to.equal('2026-11-03');
    expect(activityOf({ id: 9, ...columns })).to.deep.equal({ ...entry, id: 9, at });
  });

  it('is kept for today and as many days before it as are asked for', () => {
    expect(firstDayKept(3, new Date(2026, 2, 2, 12))).to.deep.equal({ day: '2026-02-27', at: new Date(2026, 1, 27) });
    expect(firstDayKept(0, new Date(2026, 2, 2, 12)).day).to.equal('2026-03-02');
  });
});

describe('A message that waits at the ISP', () => {
  it('comes back as it was told, and as it was ordered', () => {
    const notice = { why: 'too-large', from: 'a', subject: 'b', told: [] };
    const row = { account: 'ops', uidl: 'u', listed_size: 5, since: 1_000, notice: JSON.stringify(notice), ordered: null };
    const told = { ...notice, account: 'ops', uidl: 'u', listedSize: 5, since: new Date(1_000), order: undefined };
    expect(waitingEntry(row)).to.deep.equal(told);
    expect(waitingEntry({ ...row, ordered: 'fetch' }).order).to.equal('fetch');
  });
});
