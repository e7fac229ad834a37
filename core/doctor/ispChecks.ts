// The accounts at the ISPs: whether passwords are set, and, when asked, whether the ISPs let us in.

import type { CommandCall } from '@postroom/sdk';
import type { Accounts } from '@postroom/sdk/services';
import { shellWord } from '../base/shellWord.js';
import { type SecretStore, secretPath } from '../configuration/secretStore.js';
import type { CommandRegistry } from '../host/commandRegistry.js';
import type { PluginHost } from '../host/pluginHost.js';
import { type Finding, problem, warning, well } from './finding.js';

const HOST_NOTES = 'smtp.host-notes';
/** Commands that log in at the ISP and do nothing there; contributed by the plugins that collect and send. */
const LOGIN_TESTS = ['pop3.test-login', 'smtp.test-login'];

/** A command that answers what was noticed about ISPs in passing; contributed by the plugin that looks at answers. */
const NOTICED = 'reply-thread.hosts';

export async function checkSmartHosts(accounts: Accounts, registry: CommandRegistry, call: CommandCall): Promise<readonly Finding[]> {
  if (!registry.declarations.some(({ command }) => command === NOTICED)) return [];
  const rows = (await registry.run(NOTICED, {}, call)) as readonly {
    readonly account: string;
    readonly state: string;
    readonly text: string;
  }[];
  const present = rows.filter(({ account }) => accounts.find(account) !== undefined);
  return present.map(({ account, state, text }) => (state === 'well' ? well : warning)(`answers to ${account}`, text));
}

export function checkPasswords(accounts: Accounts, host: PluginHost, secrets: SecretStore): readonly Finding[] {
  return accounts.all.map(({ id }) => {
    const isSet = host.accountSecrets.some((key) => secrets.hasSecret(secretPath(key, id)));
    return isSet
      ? well(`account ${id}`, 'A password for the ISP is set.')
      : warning(`account ${id}`, `No password for the ISP is set. Set it: postroom accounts set-password ${shellWord(id)}`);
  });
}

export async function checkLogins(accounts: Accounts, registry: CommandRegistry, call: CommandCall): Promise<readonly Finding[]> {
  const tests = LOGIN_TESTS.filter((command) => registry.declarations.some((declaration) => declaration.command === command));
  const findings: Finding[] = [];
  const all = accounts.all.flatMap((account) => tests.map((command) => ({ account: account.id, command })));
  for (const { account, command } of all) {
    call.progress({ what: 'Logging in at the ISPs', done: findings.length, of: all.length });
    const check = `${command.split('.')[0] ?? command} login of ${account}`;
    const result = (await registry.run(command, { account }, call)) as { readonly ok: boolean; readonly problem?: unknown };
    findings.push(result.ok ? well(check, 'The ISP lets us in.') : problem(check, sentenceIn(result.problem)));
  }
  return findings;
}

/** What plugins noticed of the servers while they sent. */
export async function checkHosts(registry: CommandRegistry, call: CommandCall): Promise<readonly Finding[]> {
  if (!registry.declarations.some(({ command }) => command === HOST_NOTES)) return [];
  const notes = (await registry.run(HOST_NOTES, {}, call)) as readonly { readonly account: string; readonly sentence: string }[];
  return notes.map(({ account, sentence }) => warning(`sending for ${account}`, sentence));
}

function sentenceIn(trouble: unknown): string {
  const text = typeof trouble === 'object' && trouble !== null && 'message' in trouble ? trouble.message : trouble;
  return typeof text === 'string' && text !== '' ? text : 'The login failed, and the ISP gave no reason.';
}
