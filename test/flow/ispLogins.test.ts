// Logins at the ISP through the whole server: every way, how long an account rests for what, and what the setup's test and the doctor say.
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const MINUTE = 60_000;

describe('logging in at the ISP', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let clock: VirtualClock;
  beforeEach(async () => {
    clock = new VirtualClock();
    office = await Postroom.start({ clock });
  });
  afterEach(() => office.stop());

  const logins = (protocol: 'pop3' | 'smtp'): number =>
    office.isp.log.commands(protocol).filter((line) => /^(?:CAPA|EHLO)/.test(line)).length;
  const write = (): Promise<unknown> => office.submit('andrew', ['ruth@far.example'], letter({ from: REGULAR, to: 'ruth@far.example' }));
  const wantsOauth = (): void => {
    office.isp.faults.pop3.without.add('USER');
    office.isp.faults.pop3.mechanisms = ['XOAUTH2'];
  };
  /** Minutes after which the account tries by itself, over six hours. */
  const triesByPop3 = async (): Promise<readonly number[]> => {
    const tries: number[] = [];
    for (let minute = 0; minute <= 6 * 60; minute += 5) {
      office.isp.log.clear();
      await office.round('timer', ['company']);
      if (logins('pop3') > 0) tries.push(minute);
      await clock.advance(5 * MINUTE);
    }
    return tries;
  };
  const longestRest = (tries: readonly number[]): number => Math.max(...tries.slice(1).map((minute, at) => minute - (tries[at] ?? 0)));

  it('collects and sends by every way that the ISP may take (163)', async () => {
    const { pop3, smtp } = office.isp.faults;
    for (const [nth, set] of [
      () => (pop3.mechanisms = ['LOGIN']),
      () => (pop3.mechanisms = ['CRAM-MD5']),
      () => Object.assign(pop3, { mechanisms: [], hasApop: true }),
      () => pop3.refused.add('PLAIN'),
    ].entries()) {
      office.isp.faults.clear();
      if (nth < 3) pop3.without.add('USER');
      set();
      smtp.mechanisms = [['LOGIN'], ['CRAM-MD5'], ['PLAIN', 'LOGIN'], ['X-OTHER', 'PLAIN']][nth] ?? [];
      if (nth === 2) smtp.refused.add('PLAIN');
      office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: `By way ${nth}` }));
      await write();
      const report = await office.round('user');
      expect(report.accounts[0], `way ${nth}`).to.deep.include({ stored: 1, failed: [] });
      expect(report, `way ${nth}`).to.include({ sent: 1 });
      await clock.advance(MINUTE);
    }
    expect(office.log).to.not.include('"practice"');
  });

  for (const [what, set, code] of [
    ['it wants TLS', (): void => office.isp.faults.pop3.answer('CAPA', '+OK\r\nTOP\r\nSTLS\r\n.'), 'isp/tls'],
    ['it wants TLS and says so late', (): void => office.isp.faults.pop3.answer('AUTH', '-ERR [AUTH] Use STLS first'), 'isp/tls'],
    ['it wants OAuth', (): void => wantsOauth(), 'isp/no-login'],
    [
      'it has had too many logins',
      (): void => office.isp.faults.pop3.answer('AUTH', '-ERR Too many logins in a quarter of an hour'),
      'isp/temporary',
    ],
    [
      'the mailbox is open elsewhere',
      (): void => office.isp.faults.pop3.answer('AUTH', '-ERR Mailbox is already opened by another program'),
      'isp/in-use',
    ],
  ] as const)
    it(`rests minutes and not hours where ${what}, and the doctor and the test of the login say it (169)`, async () => {
      set();
      const { accounts } = await office.round('user', ['company']);
      expect(accounts[0]?.failed[0]).to.include({ code });
      const message = accounts[0]?.failed[0]?.message ?? '';
      expect(message).to.not.include('pop3.password');
      expect(await office.run('pop3.test-login', { account: 'company' })).to.deep.include({ ok: false, problem: { code, message } });
      const findings = await office.run<readonly { readonly check: string; readonly text: string }[]>('doctor', { logins: true });
      expect(findings.find(({ check }) => check === 'pop3 login of company')?.text).to.equal(message);
      const tries = await triesByPop3();
      expect(tries.length).to.be.above(5);
      expect(longestRest(tries)).to.be.at.most(30);
    });

  it('rests minutes and not hours where the outgoing server wants TLS, and says so (169)', async () => {
    office.isp.faults.smtp.answer('AUTH', '530 5.7.0 Must issue a STARTTLS command first');
    const tries: number[] = [];
    for (let minute = 0; minute <= 3 * 60; minute += 5) {
      // Each message has waits of its own; one that is new asks as soon as the account may.
      await write();
      office.isp.log.clear();
      await office.round('timer', ['company']);
      if (logins('smtp') > 0) tries.push(minute);
      await clock.advance(5 * MINUTE);
    }
    expect(tries.length).to.be.above(5);
    expect(longestRest(tries)).to.be.at.most(30);
    expect(office.log).to.include('set \\"smtp.security\\" to \\"starttls\\" or \\"tls\\"');
    expect(((await office.run('smtp.test-login', { account: 'company' })) as { problem: string }).problem).to.include(
      'The ISP takes no login without TLS',
    );
  });
});
