import '#core/base/injection.js';
import { ADMIN1 } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { PasswordAuthenticator } from '#plugins/platform/logins/dist/authenticator.js';
import { LoginDelays } from '#plugins/platform/logins/dist/loginDelays.js';
import { SharedNameLogins } from '#plugins/platform/logins/dist/sharedNameLogins.js';
import { openDirectory } from '../../../core/directory/directoryHost.js';
import { folderSecrets } from '../../../kit/folderSecrets.js';

describe('PasswordAuthenticator', () => {
  let directory: Awaited<ReturnType<typeof openDirectory>>;
  let clock: VirtualClock;
  let authenticator: PasswordAuthenticator;
  let shared: SharedNameLogins;

  beforeEach(async () => {
    directory = await openDirectory();
    clock = new VirtualClock();
    const secrets = await folderSecrets(directory.office.path, clock, directory.office.log);
    await secrets.setUserPassword({ account: 'company', user: 'greg' }, 'right');
    await secrets.setUserPassword(ADMIN1, 'admin');
    shared = new SharedNameLogins(directory.accounts, clock, directory.office.events, directory.office.log);
    authenticator = new PasswordAuthenticator(directory.accounts, secrets, clock, directory.office.log, shared);
  });
  afterEach(() => directory.close());

  async function login(name: string, password: string, address = '192.0.2.7'): Promise<string> {
    const result = await authenticator.login(name, password, { protocol: 'pop3', address });
    return result.ok ? result.mailbox.user : result.reason;
  }

  it('lets users and ADMIN1 in and nobody else', async () => {
    expect(await login('GREG@company', 'right')).to.equal('greg');
    expect(await login('admin1', 'admin')).to.equal('admin1');
    expect(await login('andrew', '')).to.equal('wrong');
    expect(await login('nobody', 'right')).to.equal('wrong');
  });

  it('puts off who fails again and again, longer each time, and lets him in after the wait', async () => {
    for (let attempt = 0; attempt < 3; attempt++) expect(await login('greg', 'guess')).to.equal('wrong');
    expect(await login('greg', 'right')).to.equal('wait');
    await clock.advance(1000);
    expect(await login('greg', 'guess')).to.equal('wrong');
    await clock.advance(1000);
    expect(await login('greg', 'right')).to.equal('wait');
    await clock.advance(1000);
    expect(await login('greg', 'right')).to.equal('greg');
    expect(await login('greg', 'guess')).to.equal('wrong');
    expect(await login('greg', 'right')).to.equal('greg');
  });

  it('counts guesses that come all at once', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, (_, index) => login('greg', `guess ${index}`)));
    expect(results.filter((result) => result === 'wrong').length).to.be.within(3, 4);
  });

  it('writes a line with the address for each failure, and neither passwords nor unknown names', async () => {
    await login('greg', 'planted-password');
    await login('planted-name', 'x');
    const lines = directory.office.log.lines.filter((line) => line.startsWith('Login'));
    expect(lines[0]).to.match(/^Login failed for greg@company from 192\.0\.2\.7 over pop3\. /);
    expect(lines[1]).to.match(/^Login failed for an unknown user from 192\.0\.2\.7 over pop3\. /);
    expect(lines.join('\n')).to.not.contain('planted');
  });

  describe('where somebody logs in with the name of a shared address', () => {
    const told = (): readonly string[] => directory.office.log.lines.filter((line) => line.startsWith('A mail program'));

    it('answers as to any other wrong name, and says in the log who the users are, in whatever way the name is written', async () => {
      for (const name of ['mail', 'Mail', ' MAIL@company.COM', 'mail@company', 'post', 'post@xn--bcher-kva.example', 'post@works']) {
        await clock.advance(60 * 60_000);
        const before = told().length;
        expect(await login(name, 'planted-password'), name).to.equal('wrong');
        expect(told().slice(before), name).to.have.length(1);
      }
      expect(told()[0]).to.include(
        'at 192.0.2.7 logs in (pop3) with the name of the shared address Mail@Company.com, "Mail". That is no user of company: users log in ' +
          'with their own name, such as andrew, greg, both. In the mail program, set the user name to theirs',
      );
      expect(told().at(-1)).to.include('such as lisa, Both, mark');
      expect(told().join('\n')).to.not.include('planted');
    });

    it('takes no other name for it: a user, part of it, another domain', async () => {
      for (const name of ['greg', 'andrew', 'mail@works.example', 'mai', 'mail.x', 'mail+greg@company.com', '', '@company.com'])
        await login(name, 'x');
      expect(told()).to.deep.equal([]);
    });

    it('says so once an hour for each account, however often it is tried, and until a day has passed to the doctor', async () => {
      for (let attempt = 0; attempt < 50; attempt++) shared.note('mail', { protocol: 'smtp', address: `192.168.1.${attempt}` });
      expect(told()).to.have.length(1);
      expect(shared.problems.map(({ account }) => account)).to.deep.equal(['company']);
      expect(shared.problems[0]?.sentence, 'the latest').to.include('192.168.1.49');
      await clock.advance(60 * 60_000);
      await login('mail', 'x');
      await login('mail@company', 'x');
      expect(told()).to.have.length(2);
      await clock.advance(24 * 60 * 60_000);
      expect(shared.problems).to.deep.equal([]);
    });
  });
});

describe('LoginDelays', () => {
  let clock: VirtualClock;
  let delays: LoginDelays;
  beforeEach(() => {
    clock = new VirtualClock();
    delays = new LoginDelays(clock);
  });

  const fail = (times: number, address: string, user: string): void => {
    for (let time = 0; time < times; time++) delays.failed(address, user);
  };

  it('doubles the wait up to a minute for one address at one user', () => {
    const waits = Array.from({ length: 12 }, () => {
      delays.failed('192.0.2.7', 'greg');
      return delays.waitMs('192.0.2.7', 'greg') / 1000;
    });
    expect(waits).to.deep.equal([0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('keeps an address that tries many names waiting, up to a quarter of an hour', () => {
    for (let name = 0; name < 40; name++) delays.failed('192.0.2.7', `name ${name}`);
    expect(delays.waitMs('192.0.2.7', 'another')).to.equal(15 * 60_000);
    expect(delays.waitMs('192.0.2.8', 'another')).to.equal(0);
  });

  it('keeps a user whom many addresses try waiting half a minute at most, but not where he is at home', () => {
    delays.succeeded('192.168.1.9', 'greg');
    for (let host = 0; host < 100; host++) delays.failed(`192.0.2.${host}`, 'greg');
    expect(delays.waitMs('198.51.100.1', 'greg')).to.equal(30_000);
    expect(delays.waitMs('192.168.1.9', 'greg')).to.equal(0);
  });

  it('does not hold one forgotten mail client against its neighbours', () => {
    fail(1000, '192.168.1.9', 'greg');
    expect(delays.waitMs('192.168.1.9', 'andrew')).to.equal(0);
  });

  it('takes an IPv6 network for one place, and an IPv4 address in IPv6 for itself', () => {
    fail(3, '2001:db8::1', 'greg');
    expect(delays.waitMs('2001:db8::ffff', 'greg')).to.equal(1000);
    fail(3, '::ffff:192.0.2.7', 'lisa');
    expect(delays.waitMs('192.0.2.7', 'lisa')).to.equal(1000);
  });

  it('forgets after an hour', async () => {
    fail(10, '192.0.2.7', 'greg');
    await clock.advance(61 * 60_000);
    fail(2, '192.0.2.7', 'greg');
    expect(delays.waitMs('192.0.2.7', 'greg')).to.equal(0);
  });

  it('holds a bounded number of entries however many try', () => {
    for (let host = 0; host < 60_000; host++) delays.failed(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, `name ${host}`);
    expect(delays.size).to.be.at.most(40_000);
  });
});
