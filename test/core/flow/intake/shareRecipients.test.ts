import '#core/base/injection.js';
import { type AccountView, isOwnAddress, splitAddress } from '@postroom/sdk';
import type { Accounts, Submission } from '@postroom/sdk/services';
import { expect } from 'chai';
import { shareRecipients } from '#core/flow/intake/shareRecipients.js';

const COMPANY: AccountView = { id: 'company', kind: 'regular', via: 'pop3', address: 'mail@company.example', domains: [], users: [] };
const WORKS: AccountView = {
  id: 'works',
  kind: 'domain',
  via: 'pop3',
  address: 'post@works.example',
  domains: ['works.example'],
  users: [],
};

function accountsOf(...all: readonly AccountView[]): Accounts {
  return {
    all,
    find: (id) => all.find((account) => account.id === id),
    user: () => undefined,
    mailboxOf: () => undefined,
    sendersOf: () => [],
    ownerOf: (text) => all.find((account) => isOwnAddress(account, { name: '', ...splitAddress(text), raw: text })),
    ownsDomains: (account) => account.domains.length > 0,
  };
}

function shares(submission: Partial<Submission>, to: readonly string[], accounts = accountsOf(COMPANY, WORKS)): readonly object[] {
  const client = { helo: 'x', address: '127.0.0.1', protocol: 'ESMTP' };
  const recipients = to.map((address) => ({ address }));
  return shareRecipients({ author: undefined, from: '', client, ...submission, recipients }, accounts).map((share) => ({
    account: share.account.id,
    local: share.local.map(({ address }) => address),
    outside: share.outside.map(({ address }) => address),
  }));
}

const LISA = { account: 'works', user: 'lisa' };

describe('whose recipients a submitted message has', () => {
  it("gives each account its own, and the author's account those outside", () => {
    expect(shares({ author: LISA }, ['mail@company.example', 'john@works.example', 'ruth@far.example'])).to.deep.equal([
      { account: 'works', local: ['john@works.example'], outside: ['ruth@far.example'] },
      { account: 'company', local: ['mail@company.example'], outside: [] },
    ]);
  });

  it('leaves out an account that nobody is of', () => {
    expect(shares({ author: LISA }, ['mail@company.example'])).to.deep.equal([
      { account: 'company', local: ['mail@company.example'], outside: [] },
    ]);
  });

  it("goes by the sender's address where nobody logged in", () => {
    expect(shares({ from: 'scanner@works.example' }, ['ruth@far.example'])).to.deep.equal([
      { account: 'works', local: [], outside: ['ruth@far.example'] },
    ]);
  });

  it('takes the only account there is for a device with an address of its own', () => {
    expect(shares({ from: 'scan@printer.example' }, ['ruth@far.example'], accountsOf(COMPANY))).to.deep.equal([
      { account: 'company', local: [], outside: ['ruth@far.example'] },
    ]);
  });

  it('refuses mail for the outside that no account can send, and names both addresses', () => {
    expect(() => shares({ from: 'who@strange.example' }, ['ruth@far.example'])).to.throw(
      'No account of this server sends as who@strange.example, so ruth@far.example cannot be reached.',
    );
    expect(() => shares({ from: '' }, ['ruth@far.example'])).to.throw('the null sender');
  });

  it('goes on by the address of an author whose account is gone', () => {
    expect(shares({ author: { account: 'closed', user: 'x' }, from: 'mail@company.example' }, ['ruth@far.example'])).to.deep.equal([
      { account: 'company', local: [], outside: ['ruth@far.example'] },
    ]);
  });
});
