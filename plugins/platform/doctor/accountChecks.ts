// The accounts at the ISPs: whether passwords are set, and, when asked, whether the ISPs let us in.
import { type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import {
  type Accounts,
  type CommandCatalogue,
  type MailStore,
  type PluginAdministration,
  type SecretStore,
  type SettingsService,
  secretPath,
} from '@postroom/sdk/services';
import { neededSecrets } from '@postroom/sdk/settings';
import { finding } from './findings.js';

interface PasswordSources {
  readonly accounts: Pick<Accounts, 'all'>;
  readonly secrets: Pick<SecretStore, 'hasSecret'>;
  readonly settings: Pick<SettingsService, 'schema'>;
  readonly plugins: Pick<PluginAdministration, 'plugins'>;
}

export function checkPasswords({ accounts, secrets, settings, plugins }: PasswordSources): readonly CheckResult[] {
  const wanted = plugins.plugins.filter(({ state }) => state !== 'disabled').map(({ id }) => id);
  const properties = [...settings.schema.properties.values()];
  const keys = properties
    .filter(({ scope, owner, schema }) => scope === 'account' && schema.secret === true && wanted.includes(owner))
    .map(({ key }) => key);
  return accounts.all.map((account) => {
    const { id } = account;
    const isSet = neededSecrets(account, keys, settings.schema).some((key) => secrets.hasSecret(secretPath(key, id)));
    return isSet
      ? finding('well', `account ${id}`, 'A password for the ISP is set.')
      : finding('warning', `account ${id}`, `No password for the ISP is set. Set it: postroom accounts set-password ${shellWord(id)}`);
  });
}

interface CommandSources {
  readonly accounts: Pick<Accounts, 'all'>;
  readonly commands: Pick<CommandCatalogue, 'run' | 'withRole'>;
}

export async function checkLogins({ accounts, commands }: CommandSources, call: CommandCall): Promise<readonly CheckResult[]> {
  const findings: CheckResult[] = [];
  const all = accounts.all.flatMap(({ id, via }) => commands.withRole('login-test', via).map(({ command }) => ({ account: id, command })));
  for (const { account, command } of all) {
    call.progress({ what: 'Logging in at the ISPs', done: findings.length, of: all.length });
    const check = `${command.split('.')[0] ?? command} login of ${account}`;
    const result = (await commands.run(command, { account }, call)) as { readonly ok: boolean; readonly problem?: unknown };
    findings.push(result.ok ? finding('well', check, 'The ISP lets us in.') : finding('problem', check, sentenceIn(result.problem)));
  }
  return findings;
}

/** An answer of `accounts.advice`. */
interface Advice {
  readonly advice: string;
  /** Properties to set. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** The command that sets them; '' where there are none. */
  readonly set: string;
}

/** What the mail of accounts says about their settings. Where no mail of one is stored that may take a look at the ISP, which needs consent: `online`. */
export async function checkAdvice(
  { accounts, commands, store }: CommandSources & { readonly store: Pick<MailStore, 'recent'> },
  online: boolean,
  call: CommandCall,
): Promise<readonly CheckResult[]> {
  const findings: CheckResult[] = [];
  for (const { id } of accounts.all) {
    if (!online && (await store.recent(1, id)).length === 0) continue;
    const check = `mail of ${id}`;
    try {
      const found = (await commands.run('accounts.advice', { account: id }, call)) as readonly Advice[];
      findings.push(...found.map((advice) => adviceFinding(check, id, advice)));
    } catch (error) {
      findings.push(finding('warning', check, `Its mail could not be looked at: ${sentenceOf(error)}`));
    }
  }
  return findings;
}

function adviceFinding(check: string, account: string, { advice, changes, set }: Advice): CheckResult {
  if (set === '') return finding('warning', check, advice);
  const assignments = Object.entries(changes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const action = { title: 'Set it', command: 'accounts.change', args: { account, set: assignments } };
  return { ...finding('warning', check, `${advice} Set it: ${set}`), actions: [action] };
}

function sentenceIn(trouble: unknown): string {
  const text = typeof trouble === 'object' && trouble !== null && 'message' in trouble ? trouble.message : trouble;
  return typeof text === 'string' && text !== '' ? text : 'The login failed, and the ISP gave no reason.';
}
