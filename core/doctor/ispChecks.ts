// The accounts at the ISPs: whether passwords are set, and, when asked, whether the ISPs let us in.

import { type AccountView, type CheckResult, type CommandCall, sentenceOf } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import { type Accounts, type SecretStore, secretPath } from '@postroom/sdk/services';
import type { CommandRegistry } from '../host/commandRegistry.js';
import { type AdviceSources, adviceFor, assignmentsIn, commandFor } from './accountAdvice.js';
import { problem, warning, well } from './checkResult.js';

/** `secretsOf`: the secrets that an account needs. */
export function checkPasswords(
  accounts: Accounts,
  secretsOf: (account: AccountView) => readonly string[],
  secrets: SecretStore,
): readonly CheckResult[] {
  return accounts.all.map((account) => {
    const { id } = account;
    const isSet = secretsOf(account).some((key) => secrets.hasSecret(secretPath(key, id)));
    return isSet
      ? well(`account ${id}`, 'A password for the ISP is set.')
      : warning(`account ${id}`, `No password for the ISP is set. Set it: postroom accounts set-password ${shellWord(id)}`);
  });
}

export async function checkLogins(accounts: Accounts, registry: CommandRegistry, call: CommandCall): Promise<readonly CheckResult[]> {
  const findings: CheckResult[] = [];
  const all = accounts.all.flatMap(({ id, via }) => registry.withRole('login-test', via).map(({ command }) => ({ account: id, command })));
  for (const { account, command } of all) {
    call.progress({ what: 'Logging in at the ISPs', done: findings.length, of: all.length });
    const check = `${command.split('.')[0] ?? command} login of ${account}`;
    const result = (await registry.run(command, { account }, call)) as { readonly ok: boolean; readonly problem?: unknown };
    findings.push(result.ok ? well(check, 'The ISP lets us in.') : problem(check, sentenceIn(result.problem)));
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
