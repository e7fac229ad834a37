// The accounts at the ISPs: whether passwords are set, and, when asked, whether the ISPs let us in.

import { type AccountView, type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import { type Accounts, type SecretStore, secretPath } from '@postroom/sdk/services';
import type { CommandRegistry } from '../host/commandRegistry.js';
import type { PluginHost } from '../host/pluginHost.js';
import { type AdviceSources, adviceFor, assignmentsIn, commandFor } from './accountAdvice.js';
import { problem, warning, well } from './checkResult.js';

/** Commands that log in at the ISP and do nothing there; contributed by the plugins that collect and send. */
const LOGIN_TESTS = ['pop3.test-login', 'smtp.test-login'];

/** Commands that answer what plugins noticed of the ISPs' servers in passing, a row each. */
const NOTICED = { 'smtp.host-notes': 'sending for', 'reply-thread.hosts': 'answers to' } as const;

interface Noticed {
  readonly account: string;
  readonly state: 'well' | 'warning';
  readonly text: string;
}

export function checkPasswords(accounts: Accounts, host: PluginHost, secrets: SecretStore): readonly CheckResult[] {
  return accounts.all.map(({ id }) => {
    const isSet = host.accountSecrets.some((key) => secrets.hasSecret(secretPath(key, id)));
    return isSet
      ? well(`account ${id}`, 'A password for the ISP is set.')
      : warning(`account ${id}`, `No password for the ISP is set. Set it: postroom accounts set-password ${shellWord(id)}`);
  });
}

export async function checkLogins(accounts: Accounts, registry: CommandRegistry, call: CommandCall): Promise<readonly CheckResult[]> {
  const tests = LOGIN_TESTS.filter((command) => registry.available.some((declaration) => declaration.command === command));
  const findings: CheckResult[] = [];
  const all = accounts.all.flatMap((account) => tests.map((command) => ({ account: account.id, command })));
  for (const { account, command } of all) {
    call.progress({ what: 'Logging in at the ISPs', done: findings.length, of: all.length });
    const check = `${command.split('.')[0] ?? command} login of ${account}`;
    const result = (await registry.run(command, { account }, call)) as { readonly ok: boolean; readonly problem?: unknown };
    findings.push(result.ok ? well(check, 'The ISP lets us in.') : problem(check, sentenceIn(result.problem)));
  }
  return findings;
}

export async function checkNoticed(accounts: Accounts, registry: CommandRegistry, call: CommandCall): Promise<readonly CheckResult[]> {
  const findings: CheckResult[] = [];
  for (const [command, what] of Object.entries(NOTICED)) {
    if (!registry.available.some((declaration) => declaration.command === command)) continue;
    const rows = (await registry.run(command, {}, call)) as readonly Noticed[];
    const present = rows.filter(({ account }) => accounts.find(account) !== undefined);
    findings.push(...present.map(({ account, state, text }) => ({ check: `${what} ${account}`, state, text })));
  }
  return findings;
}

/** What the mail of an account says about its settings; nothing where all is well. */
export async function checkAdvice(account: AccountView, sources: AdviceSources, call: CommandCall): Promise<readonly CheckResult[]> {
  const check = `mail of ${account.id}`;
  try {
    return (await adviceFor(account, sources, call)).map((advice) => {
      const command = commandFor(account.id, advice);
      if (command === '') return warning(check, advice.advice);
      const action = { title: 'Set it', command: 'accounts.change', args: { account: account.id, set: assignmentsIn(advice) } };
      return { ...warning(check, `${advice.advice} Set it: ${command}`), actions: [action] };
    });
  } catch (error) {
    return [warning(check, `Its mail could not be looked at: ${sentenceOf(error)}`)];
  }
}

function sentenceIn(trouble: unknown): string {
  const text = typeof trouble === 'object' && trouble !== null && 'message' in trouble ? trouble.message : trouble;
  return typeof text === 'string' && text !== '' ? text : 'The login failed, and the ISP gave no reason.';
}
