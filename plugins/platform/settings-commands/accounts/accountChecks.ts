// What the doctor hears of the accounts: whether passwords are set, whether the ISPs let us in, and what mail says about their settings.
import { type AccountView, type CheckResult, type CommandCall, type CommandHandler, sentenceOf } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import {
  type Accounts,
  type CommandCatalogue,
  type MailStore,
  type PluginCatalogue,
  type SecretStore,
  type SettingsService,
  secretPath,
} from '@postroom/sdk/services';
import { adviceFor, assignmentsIn, commandFor } from './accountAdvice.js';
import { accountSecrets, neededSecrets } from './accountSecrets.js';

export interface AccountCheckServices {
  readonly accounts: Accounts;
  readonly settings: SettingsService;
  readonly secrets: Pick<SecretStore, 'hasSecret'>;
  readonly plugins: PluginCatalogue;
  readonly commands: CommandCatalogue;
  readonly mail: Pick<MailStore, 'recent'>;
}

/** Where no mail is stored a question about an account may look at what waits at the ISP, which needs consent: it is asked with the logins. */
export function accountChecks(services: AccountCheckServices): Readonly<Record<string, CommandHandler>> {
  return {
    'accounts.check': async (_args, call) => [...passwordChecks(services), ...(await adviceChecks(services, true, call))],
    'accounts.check-online': async (_args, call) => [
      ...(await loginChecks(services, call)),
      ...(await adviceChecks(services, false, call)),
    ],
  };
}

function passwordChecks({ accounts, secrets, plugins, settings }: AccountCheckServices): readonly CheckResult[] {
  return accounts.all.map((account): CheckResult => {
    const check = `account ${account.id}`;
    const keys = neededSecrets(account, accountSecrets(plugins), settings.schema);
    if (keys.some((key) => secrets.hasSecret(secretPath(key, account.id)))) {
      return { check, state: 'well', text: 'A password for the ISP is set.' };
    }
    const way = `postroom accounts set-password ${shellWord(account.id)}`;
    return { check, state: 'warning', text: `No password for the ISP is set. Set it: ${way}` };
  });
}

async function loginChecks({ accounts, commands }: AccountCheckServices, call: CommandCall): Promise<readonly CheckResult[]> {
  const found: CheckResult[] = [];
  const all = accounts.all.flatMap(({ id, via }) => commands.withRole('login-test', via).map(({ command }) => ({ account: id, command })));
  for (const { account, command } of all) {
    call.progress({ what: 'Logging in at the ISPs', done: found.length, of: all.length });
    const check = `${command.split('.')[0] ?? command} login of ${account}`;
    found.push(await loginCheck(check, () => commands.run(command, { account }, call)));
  }
  return found;
}

/** Where nobody could try, that is what was found: no password is set. */
async function loginCheck(check: string, login: () => Promise<unknown>): Promise<CheckResult> {
  try {
    const { ok, problem } = (await login()) as { readonly ok: boolean; readonly problem?: unknown };
    return ok ? { check, state: 'well', text: 'The ISP lets us in.' } : { check, state: 'problem', text: sentenceIn(problem) };
  } catch (error) {
    return { check, state: 'problem', text: sentenceOf(error) };
  }
}

/** `hasMail`: of accounts that have mail here, or of the others. */
async function adviceChecks(services: AccountCheckServices, hasMail: boolean, call: CommandCall): Promise<readonly CheckResult[]> {
  const found: CheckResult[] = [];
  for (const account of services.accounts.all) {
    if ((await services.mail.recent(1, account.id)).length > 0 === hasMail) found.push(...(await adviceCheck(account, services, call)));
  }
  return found;
}

/** Nothing where all is well. */
async function adviceCheck(account: AccountView, services: AccountCheckServices, call: CommandCall): Promise<readonly CheckResult[]> {
  const check = `mail of ${account.id}`;
  try {
    return (await adviceFor(account, services, call)).map((advice): CheckResult => {
      const command = commandFor(account.id, advice);
      if (command === '') return { check, state: 'warning', text: advice.advice };
      const action = { title: 'Set it', command: 'accounts.change', args: { account: account.id, set: assignmentsIn(advice) } };
      return { check, state: 'warning', text: `${advice.advice} Set it: ${command}`, actions: [action] };
    });
  } catch (error) {
    return [{ check, state: 'warning', text: `Its mail could not be looked at: ${sentenceOf(error)}` }];
  }
}

function sentenceIn(trouble: unknown): string {
  const text = typeof trouble === 'object' && trouble !== null && 'message' in trouble ? trouble.message : trouble;
  return typeof text === 'string' && text !== '' ? text : 'The login failed, and the ISP gave no reason.';
}
