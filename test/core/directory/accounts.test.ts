import '#core/base/injection.js';
import { hostname } from 'node:os';
import { ADMIN1, mailboxName } from '@postroom/sdk';
import { expect } from 'chai';
import { MACHINE, openDirectory } from './directoryHost.js';

const LOGINS: Readonly<Record<string, string | undefined>> = {
  andrew: 'andrew@company',
  ' ANDREW ': 'andrew@company',
  'andrew@company': 'andrew@company',
  'Andrew@COMPANY': 'andrew@company',
  'andrew@company.com': undefined,
  'Andrew Smith': undefined,
  both: undefined,
  'both@company': 'both@company',
  'both@works': 'Both@works',
  'BOTH@works.example': 'Both@works',
  lisa: 'lisa@works',
  'lisa@works.example': 'lisa@works',
  'lisa@bücher.example': 'lisa@works',
  'lisa@xn--bcher-kva.example': 'lisa@works',
  'lisa@company': undefined,
  sales: undefined,
  'sales@works.example': undefined,
  admin1: 'admin1',
  ADMIN1: 'admin1',
  public1: undefined,
  toString: undefined,
  '': undefined,
  '@works': undefined,
};

const OWNERS: Readonly<Record<string, string | undefined>> = {
  'mail@company.com': 'company',
  '<MAIL@company.COM>': 'company',
  'mail+andrew@company.com': 'company',
  'andrew@mail@company.com': 'company',
  'andrew@company.com': undefined,
  'mailman@company.com': undefined,
  '"mail"@company.com': 'company',
  '"andrew@mail"@company.com': 'company',
  'lisa@works.example': 'works',
  'anybody@works.example': 'works',
  'x@bücher.example': 'works',
  'x@XN--BCHER-KVA.example': 'works',
  'x@sub.works.example': undefined,
  [`andrew@${MACHINE}`]: 'company',
  [`andrew@[${MACHINE}]`]: 'company',
  'lisa@[IPv6:fd00:0::5]': 'works',
  'andrew@127.0.0.1': 'company',
  'andrew@192.168.1.6': undefined,
  'andrew@post.company.com': 'company',
  'andrew@localhost': 'company',
  [`lisa@${hostname()}`]: 'works',
  'both@post.company.com': undefined,
  'both@works@post.company.com': 'works',
  'admin1@post.company.com': 'company',
  'nobody@post.company.com': undefined,
  'greg@outside.example': undefined,
  greg: undefined,
  '': undefined,
};

describe('SettingsAccounts', () => {
  let directory: Awaited<ReturnType<typeof openDirectory>>;
  before(async () => {
    directory = await openDirectory();
    expect(directory.settings.problems.filter((each) => each.severity === 'error')).to.deep.equal([]);
  });
  after(() => directory.close());

  for (const [login, expected] of Object.entries(LOGINS)) {
    it(`takes the login "${login}" for ${expected ?? 'nobody'}`, () => {
      const mailbox = directory.accounts.mailboxOf(login);
      expect(mailbox && mailboxName(mailbox)).to.equal(expected);
    });
  }

  for (const [address, expected] of Object.entries(OWNERS)) {
    it(`says that ${address || 'an empty address'} belongs to ${expected ?? 'nobody here'}`, () => {
      expect(directory.accounts.ownerOf(address)?.id).to.equal(expected);
    });
  }

  it('shows accounts and users as the settings have them', () => {
    const { accounts } = directory;
    const works = accounts.find('works');
    expect(works?.domains).to.deep.equal(['xn--bcher-kva.example', 'works.example']);
    expect(works?.users.map((user) => user.name)).to.deep.equal(['lisa', 'Both', 'mark']);
    expect(accounts.user({ account: 'company', user: 'GREG' })).to.deep.include({ name: 'greg', aliases: [] });
    expect(accounts.user({ account: 'company', user: 'andrew' })).to.deep.include({ names: ['Andrew Smith'] });
    expect(
      accounts.all.map(({ via }) => via),
      'how accounts are collected that do not say',
    ).to.deep.equal(['pop3', 'pop3']);
    expect(accounts.find('company')?.domains).to.deep.equal([]);
    expect([accounts.find('toString'), accounts.user(ADMIN1)]).to.deep.equal([undefined, undefined]);
    expect(() => (works?.users as unknown[] | undefined)?.push({})).to.throw(TypeError);
  });

  it('knows which addresses a user may send from', () => {
    const { accounts } = directory;
    expect(accounts.sendersOf({ account: 'company', user: 'andrew' })).to.deep.equal(['Mail@Company.com']);
    expect(accounts.sendersOf({ account: 'works', user: 'lisa' })).to.include.members([
      'lisa@works.example',
      'sales@xn--bcher-kva.example',
      'post@Bücher.example',
    ]);
    expect(accounts.sendersOf({ account: 'works', user: 'mark' })).to.deep.equal(['mark@works.example', 'post@Bücher.example']);
    expect(accounts.sendersOf({ account: 'works', user: 'nobody' })).to.deep.equal([]);
    expect(accounts.sendersOf(ADMIN1)).to.have.length(2);
  });

  it('follows a change at once, and keeps the views of accounts that did not change', async () => {
    const { accounts, settings } = directory;
    const [company, works] = [accounts.find('company'), accounts.find('works')];
    const change = await settings.edit('test', [{ path: ['accounts', 'works', 'users', 'john'], value: {} }]);
    expect(change.ok).to.equal(true);
    expect(accounts.user({ account: 'works', user: 'john' })?.name).to.equal('john');
    expect(accounts.find('company')).to.equal(company);
    expect(accounts.find('works')).to.not.equal(works);
  });
});
