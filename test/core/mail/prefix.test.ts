import { type AccountView, ADMIN1, type MailboxRef, type TrailEntry, type UserView } from '@postroom/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { readHeader } from '#core/mail/header.js';
import { type CopyOrigin, fetchedPrefix, ownPrefix, submittedPrefix } from '#core/mail/prefix.js';
import { createSortPlan } from '#core/mail/sortPlan.js';

function user(name: string): UserView {
  return { name, mailbox: { account: 'company', user: name }, aliases: [], names: [], ccTo: [] };
}

const account: AccountView = {
  id: 'company',
  kind: 'regular',
  address: 'mail@company.com',
  domains: [],
  users: ['andrew', 'greg', 'carolyn'].map(user),
};
const andrew: MailboxRef = { account: 'company', user: 'andrew' };
const greg: MailboxRef = { account: 'company', user: 'greg' };

function entry(change: string, reason: string): TrailEntry {
  return { tap: 'postroom.isp-regular/route', change, reason, milliseconds: 1 };
}

function origin(change: Partial<CopyOrigin> = {}): CopyOrigin {
  return {
    id: '4711',
    host: 'mail.office.example',
    receivedAt: new Date('2026-11-23T09:00:00Z'),
    plan: createSortPlan(account).to(andrew, 'r', 'L4').to(greg, 'r'),
    trail: [entry('+andrew@company', 'the name "andrew" stands before our address in To')],
    header: readHeader(Buffer.from('To: x\r\n\r\n')),
    ...change,
  };
}

function fetched(change: Partial<CopyOrigin> = {}, mailbox = andrew): string {
  return Buffer.from(fetchedPrefix({ ...origin(change), server: 'pop.isp.example' }, mailbox)).toString('latin1');
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
  it('tells the way and the reason of this copy', () => {
    const [received = '', trail, ...more] = unfolded(fetched());
    expect(received).to.match(
      /^Received: from pop\.isp\.example \(account company\) by mail\.office\.example \(Postroom\) with POP3 id 4711 for <andrew@company>; /,
    );
    expect(received).to.match(DATE);
    expect(trail).to.equal('X-Postroom-Trail: L4; postroom.isp-regular/route: the name "andrew" stands before our address in To');
    expect(more).to.deep.equal([]);
  });

  it('never names another recipient, whatever a tap gives as its reason', () => {
    const trail = [
      entry('+andrew@company, +greg@company', 'andrew in To; greg in Bcc'),
      entry('+greg@company', 'blind copy'),
      entry('', 'Greg looked likely too'),
      { ...entry('+andrew@company', 'copy of what Carolyn gets'), tap: 'postroom.cc/copy' },
    ];
    const text = fetched({ trail }).toLowerCase();
    expect(text).not.to.match(/greg|carolyn|blind/);
    expect(unfolded(fetched({ trail }))[1]).to.equal('X-Postroom-Trail: L4; postroom.isp-regular/route; postroom.cc/copy');
  });

  it('does not name an address outside or an unknown name either', () => {
    const base = createSortPlan(account, ['boss@rival.example']).address(
      { name: 'zaphod', local: 'mail', domain: 'company.com', raw: '' },
      'L4',
      'e',
    );
    for (const reason of ['also to boss@rival.example', 'next to zaphod']) {
      expect(fetched({ plan: base.to(andrew, 'r'), trail: [entry('+andrew@company', reason)] })).not.to.contain(reason.split(' ').at(-1));
    }
  });

  it('stays ASCII, folded and without lines of anybody else, whatever comes from outside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const evil = `${text}\r\nBcc: x\n${text}`;
        const lines = fetched({ id: evil, host: evil, trail: [{ ...entry('+andrew@company', evil), tap: evil }] }).split('\r\n');
        expect(lines.pop()).to.equal('');
        for (const line of lines) {
          expect(line).to.match(/^(Received:|X-Postroom-Trail:|\t)[\t -~]*$/);
        }
      }),
    );
  });

  it('folds before 78 characters', () => {
    const lines = fetched({ trail: [entry('+andrew@company', `Ünïcode ${'word '.repeat(60)}`)] }).split('\r\n');
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(78);
  });

  it('adds the lines that taps asked for, and an empty line where the message has no header (72)', () => {
    const plan = createSortPlan(account).to(andrew, 'r', 'L7').addHeader('X-Spam-Flag: YES', 'r');
    expect(fetched({ plan })).to.match(/\r\nX-Spam-Flag: YES\r\n$/);
    expect(fetched({ plan, header: readHeader(Buffer.from('just text\r\n')) })).to.match(/\r\nX-Spam-Flag: YES\r\n\r\n$/);
  });

  it('writes for ADMIN1 as for anybody', () => {
    expect(unfolded(fetched({}, ADMIN1))[0]).to.contain(' for <admin1>; ');
  });
});

describe('submittedPrefix', () => {
  const client = { helo: 'pc\r\n7', address: '192.0.2.7', protocol: 'ESMTPSA', tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384' };

  it('names the client as RFC 5321 section 4.4 wants (S37)', () => {
    const [received] = unfolded(Buffer.from(submittedPrefix({ ...origin(), client }, andrew)).toString('latin1'));
    expect(received).to.contain(
      'Received: from pc--7 ([192.0.2.7]) by mail.office.example (Postroom) with ESMTPSA (TLSv1.3 TLS_AES_256_GCM_SHA384) id 4711 for <andrew@company>; ',
    );
  });

  it('names to colleagues who logged in, or where it came from without a login', () => {
    const shown = (more: object, of: Partial<typeof client> = {}, mailbox: MailboxRef | undefined = andrew): string =>
      unfolded(
        Buffer.from(submittedPrefix({ ...origin(), ...more, client: { ...client, helo: 'pc', ...of } }, mailbox)).toString('latin1'),
      )[0] ?? '';
    expect(shown({ author: greg })).to.include('from pc ([192.0.2.7]) (Authenticated sender: greg@company) by ');
    expect(shown({ author: ADMIN1 })).to.include(' (Authenticated sender: admin1) by ');
    for (const protocol of ['ESMTPA', 'UTF8SMTPA', 'UTF8SMTPSA', 'SMTPA'])
      expect(shown({ author: greg }, { protocol })).to.include('(Authenticated sender: greg@company)');
    for (const protocol of ['SMTP', 'ESMTP', 'ESMTPS', 'UTF8SMTPS'])
      expect(shown({ author: greg }, { protocol }), 'known by the address of the device alone').to.include(
        ' (no login, trusted address 192.0.2.7) by ',
      );
    expect(shown({ author: greg }, { protocol: 'LOCAL', helo: 'acme.vacation', address: '' })).to.include(
      ' (for greg@company, by the plugin acme.vacation) by ',
    );
  });

  it('lets no name end its comment or leave ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (name) => {
        const author = { account: 'company', user: `${name})\r\nBcc: x (` };
        const text = Buffer.from(submittedPrefix({ ...origin(), author, client }, andrew)).toString('latin1');
        const [received = ''] = unfolded(text);
        expect(received).to.match(/ \(Authenticated sender: [\w@.+=~%-]+\) by mail\.office\.example /);
        expect(text).to.match(/^[\t\r\n -~]*$/);
      }),
    );
    const author = { account: 'company', user: 'андрей' };
    const text = Buffer.from(submittedPrefix({ ...origin(), author, client }, andrew)).toString('latin1');
    expect(text.replaceAll(/\r\n\t/g, ' ')).to.include('(Authenticated sender: %D0%B0%D0%BD%D0%B4%D1%80%D0%B5%D0%B9@company)');
  });

  it('shows neither trail nor recipient to the outside, nor who logged in', () => {
    for (const more of [{}, { protocol: 'ESMTP' }, { protocol: 'LOCAL' }]) {
      const line = Buffer.from(submittedPrefix({ ...origin(), author: greg, client: { ...client, ...more } }, undefined)).toString(
        'latin1',
      );
      expect(line).to.not.match(/greg|Authenticated|login|plugin/);
    }
    const text = Buffer.from(submittedPrefix({ ...origin(), client: { ...client, address: '2001:db8::7' } }, undefined)).toString('latin1');
    expect(unfolded(text)).to.have.length(1);
    expect(text).to.contain('[IPv6:2001:db8::7]').and.not.to.contain('andrew');
  });
});

describe('ownPrefix', () => {
  it('holds the trail alone: the message came from nowhere', () => {
    expect(unfolded(Buffer.from(ownPrefix(origin(), andrew)).toString('latin1'))).to.have.length(1);
  });
});
