import type { AccountView, MailboxRef, UserView } from '@postroom/sdk';
import { createSortPlan, readHeader } from '@postroom/sdk/mail';
import { expect } from 'chai';
import fc from 'fast-check';
import { type CopyOrigin, fetchedPrefix, ownPrefix, submittedPrefix } from '#core/mail/prefix.js';

function user(name: string): UserView {
  return { name, mailbox: { account: 'company', user: name }, aliases: [], names: [] };
}

const account: AccountView = {
  id: 'company',
  kind: 'regular',
  via: 'pop3',
  address: 'mail@rival.example',
  domains: [],
  users: ['andrew', 'greg', 'carolyn'].map(user),
};
const andrew: MailboxRef = { account: 'company', user: 'andrew' };
const greg: MailboxRef = { account: 'company', user: 'greg' };
/** Everything of a plan that is nobody's business outside: users, the account, rules, tags, unknown names, recipients. */
const plan = createSortPlan(account, ['boss@customer.example'])
  .address({ name: 'zaphod', local: 'mail', domain: 'rival.example', raw: '' }, 'L4', 'To: zaphod')
  .to(andrew, 'the name "andrew" stands before our address in To', 'L4')
  .to(greg, 'blind copy')
  .note('Carolyn looked likely too')
  .tag('unplaced', 'nobody fits');
const INNER = /andrew|greg|carolyn|company|mail@|zaphod|boss@|L4|blind|unplaced|X-Postroom|account|Authenticated| for |login|plugin|acme/i;

function origin(change: Partial<CopyOrigin> = {}): CopyOrigin {
  return {
    id: '4711',
    host: 'mail.office.example',
    receivedAt: new Date('2026-11-23T09:00:00Z'),
    plan,
    header: readHeader(Buffer.from('To: x\r\n\r\n')),
    ...change,
  };
}

function fetched(change: Partial<CopyOrigin> = {}): string {
  return Buffer.from(fetchedPrefix({ ...origin(change), server: 'pop.isp.example' })).toString('latin1');
}

/** Folded lines joined again. */
function unfolded(text: string): readonly string[] {
  return text
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n')
    .filter((line) => line !== '');
}

const DATE = /\w{3}, \d{1,2} Nov 2026 \d\d:\d\d:\d\d [+-]\d{4}$/;

describe('fetchedPrefix', () => {
  it('says where the message came from, and nothing of what is inside the office', () => {
    const [received = '', ...more] = unfolded(fetched());
    expect(received).to.match(/^Received: from pop\.isp\.example by mail\.office\.example \(Postroom\) with POP3 id 4711; /);
    expect(received).to.match(DATE).and.not.match(INNER);
    expect(more).to.deep.equal([]);
  });

  it('bears the mark by which a plugin knows the message again', () => {
    const marked = plan.markTrace('Ab-c_9_xyz', 'to know it again').markTrace('another_one', 'as well');
    expect(unfolded(fetched({ plan: marked }))[0]).to.include(' id 4711-Ab-c_9_xyz; ');
  });

  it('stays ASCII, folded and without lines of anybody else, whatever comes from outside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const evil = `${text}\r\nBcc: x\n${text}`;
        const lines = fetched({ id: evil, host: evil }).split('\r\n');
        expect(lines.pop()).to.equal('');
        for (const line of lines) expect(line).to.match(/^(Received:|\t)[\t -~]*$/);
      }),
    );
  });

  it('folds before 78 characters', () => {
    const marked = plan.addHeader(`X-Words: ${'word '.repeat(60)}`, 'r').markTrace('0123456789abcdef', 'r');
    const lines = fetched({ plan: marked, host: 'a-rather-long-name.of-a-server.office.example' }).split('\r\n');
    expect(lines.length).to.be.greaterThan(4);
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(78);
  });

  it('adds the lines that taps asked for, and an empty line where the message has no header (72)', () => {
    const spam = plan.addHeader('X-Spam-Flag: YES', 'r');
    expect(fetched({ plan: spam })).to.match(/\r\nX-Spam-Flag: YES\r\n$/);
    expect(fetched({ plan: spam, header: readHeader(Buffer.from('just text\r\n')) })).to.match(/\r\nX-Spam-Flag: YES\r\n\r\n$/);
  });
});

describe('submittedPrefix', () => {
  const client = { helo: 'pc\r\n7', address: '192.0.2.7', protocol: 'ESMTPSA', tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384' };
  const line = (of: Partial<typeof client> = {}): string =>
    Buffer.from(submittedPrefix({ ...origin(), client: { ...client, ...of } })).toString('latin1');

  it('names the client as RFC 5321 section 4.4 wants (S37)', () => {
    expect(unfolded(line())[0]).to.contain(
      'Received: from pc--7 ([192.0.2.7]) by mail.office.example (Postroom) with ESMTPSA (TLSv1.3 TLS_AES_256_GCM_SHA384) id 4711; ',
    );
    expect(line({ address: '2001:db8::7' })).to.contain('[IPv6:2001:db8::7]');
  });

  it('says of the login that there was one (RFC 3848), and of nobody who it was; of mail that a plugin sent not which one did', () => {
    for (const protocol of ['ESMTPA', 'UTF8SMTPSA', 'ESMTP']) expect(unfolded(line({ protocol }))[0]).to.include(` with ${protocol} `);
    for (const of of [{}, { protocol: 'ESMTP' }, { protocol: 'LOCAL', helo: 'acme.vacation', address: '' }]) {
      expect(unfolded(line(of))).to.have.length(1);
      expect(line(of)).to.not.match(INNER);
    }
    expect(line({ protocol: 'LOCAL', helo: 'acme.vacation' })).to.match(/^Received: by mail\.office\.example \(Postroom\) with LOCAL/);
  });
});

describe('ownPrefix', () => {
  it('holds no trace: the message came from nowhere', () => {
    expect(ownPrefix(origin())).to.have.length(0);
    expect(Buffer.from(ownPrefix(origin({ plan: plan.addHeader('X-A: b', 'r') }))).toString()).to.equal('X-A: b\r\n');
  });
});
