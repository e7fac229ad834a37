// What the doctor hears of the accounts, with and without their ISPs.
import type { AccountView, CheckResult, CommandCall, CommandHandler, CommandProgress } from '@postroom/sdk';
import { expect } from 'chai';
import { type AccountCheckServices, accountChecks } from '#plugins/platform/settings-commands/dist/accounts/accountChecks.js';

interface World {
  /** Accounts that have mail here. */
  readonly withMail?: readonly string[];
  /** `account/key` of the passwords that are set. */
  readonly passwords?: readonly string[];
  /** Answers by command; one that is an error is thrown. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

const PASSWORD = { secret: true, scope: 'account' } as const;

describe('the checks of the accounts', () => {
  const asked: string[] = [];
  let progress: CommandProgress[] = [];
  const call: CommandCall = { author: 'test', signal: new AbortController().signal, progress: (step) => void progress.push(step) };
  beforeEach(() => {
    asked.length = 0;
    progress = [];
  });

  const checks = ({ withMail = [], passwords = [], answers = {} }: World): Readonly<Record<string, CommandHandler>> => {
    const account = (id: string, kind: string): Partial<AccountView> => ({ id, kind, via: 'pop3' });
    const question = { command: 'acme.question', title: 'A question', owner: 'acme.asks', scope: 'account', accountKind: 'domain' };
    const manifest = {
      contributes: { configuration: { properties: { 'pop3.password': PASSWORD, 'acme.key': { ...PASSWORD, scope: 'server' } } } },
    };
    const services = {
      accounts: { all: [account('company', 'regular'), account('the works', 'domain')] },
      settings: { schema: { collectors: [] }, value: { accounts: { 'the works': { 'acme.set': 1 } } } },
      secrets: { hasSecret: (place: string) => passwords.includes(place) },
      plugins: { plugins: [{ id: 'acme.pop3', state: 'active', manifest }] },
      mail: { recent: async (_limit: number, id: string) => (withMail.includes(id) ? [{}] : []) },
      commands: {
        available: [question],
        withRole: () => [{ command: 'pop3.try' }],
        run: async (command: string, args: { readonly account: string }) => {
          asked.push(`${command} ${args.account}`);
          const answer = answers[command];
          if (answer instanceof Error) throw answer;
          return answer ?? {};
        },
      },
    };
    return accountChecks(services as unknown as AccountCheckServices);
  };
  const check = async (command: string, world: World): Promise<readonly CheckResult[]> =>
    (await checks(world)[command]?.({} as never, call)) as readonly CheckResult[];

  it('say where no password for the ISP is set, with the command that sets it', async () => {
    expect(await check('accounts.check', { passwords: ['company/pop3.password', 'the works/acme.key'] })).to.deep.equal([
      { check: 'account company', state: 'well', text: 'A password for the ISP is set.' },
      {
        check: 'account the works',
        state: 'warning',
        text: 'No password for the ISP is set. Set it: postroom accounts set-password "the works"',
      },
    ]);
  });

  it('tell whether the ISPs let us in, and how far they are; an ISP without a reason is a problem all the same', async () => {
    const world = { answers: { 'pop3.try': { ok: false, problem: { message: 'No such mailbox.' } } } };
    expect(await check('accounts.check-online', world)).to.deep.equal([
      { check: 'pop3 login of company', state: 'problem', text: 'No such mailbox.' },
      { check: 'pop3 login of the works', state: 'problem', text: 'No such mailbox.' },
    ]);
    expect(progress.map(({ done, of }) => `${done}/${of}`)).to.deep.equal(['0/2', '1/2']);
    const silent = await check('accounts.check-online', { answers: { 'pop3.try': { ok: false } } });
    expect(silent[0]?.text).to.equal('The login failed, and the ISP gave no reason.');
    const untried = await check('accounts.check-online', { answers: { 'pop3.try': new Error('No password is set.') } });
    expect(untried.map(({ check: what, text }) => `${what}: ${text}`)).to.deep.equal([
      'pop3 login of company: No password is set.',
      'pop3 login of the works: No password is set.',
    ]);
    const well = await check('accounts.check-online', { answers: { 'pop3.try': { ok: true } } });
    expect(well.map(({ state, text }) => [state, text])).to.deep.equal([
      ['well', 'The ISP lets us in.'],
      ['well', 'The ISP lets us in.'],
    ]);
  });

  it('ask about an account without stored mail only with the logins: the question may look at the ISP', async () => {
    const answers = { 'pop3.try': { ok: true } };
    await check('accounts.check', { answers, withMail: ['the works'] });
    expect(asked).to.deep.equal(['acme.question the works']);
    asked.length = 0;
    await check('accounts.check', { answers });
    expect(asked).to.deep.equal([]);
    await check('accounts.check-online', { answers });
    expect(asked).to.deep.equal(['pop3.try company', 'pop3.try the works', 'acme.question the works']);
    asked.length = 0;
    await check('accounts.check-online', { answers, withMail: ['the works'] });
    expect(asked).to.deep.equal(['pop3.try company', 'pop3.try the works']);
  });

  it('tell advice with the command and a button, leave out what is set already, and go on where a question fails', async () => {
    const about = async (answer: unknown): Promise<readonly CheckResult[]> =>
      (await check('accounts.check', { withMail: ['the works'], answers: { 'acme.question': answer } })).slice(2);
    expect(await about({ advice: 'Better so.', proposal: { 'acme.set': 2 } })).to.deep.equal([
      {
        check: 'mail of the works',
        state: 'warning',
        text: 'Better so. Set it: postroom accounts change "the works" --set acme.set=2',
        actions: [{ title: 'Set it', command: 'accounts.change', args: { account: 'the works', set: ['acme.set=2'] } }],
      },
    ]);
    expect(await about({ advice: 'Better so.', proposal: { 'acme.set': 1 } }), 'set already').to.deep.equal([]);
    expect(await about({ advice: 'Ask the ISP.' })).to.deep.equal([{ check: 'mail of the works', state: 'warning', text: 'Ask the ISP.' }]);
    expect(await about(new Error('Broken.'))).to.deep.equal([
      { check: 'mail of the works', state: 'warning', text: 'Its mail could not be looked at: Broken.' },
    ]);
  });
});
