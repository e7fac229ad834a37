// What plugins know about an account and people should hear of unasked. Each question about an account (a command of scope `account`) may answer with
// `advice`, a sentence, and with a `proposal`, properties of the account that it calls for.

import type { AccountView, CommandCall } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';
import type { CommandCatalogue, SettingsService } from '@postroom/sdk/services';

export interface Advice {
  /** The question that was asked. */
  readonly command: string;
  readonly title: string;
  readonly advice: string;
  /** Properties to set that are not set so yet. */
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface AdviceSources {
  readonly commands: Pick<CommandCatalogue, 'available' | 'run'>;
  readonly settings: Pick<SettingsService, 'value'>;
}

/** Asks every question that fits the account. What is proposed and set already is no advice. */
export async function adviceFor(
  { id, kind, via }: Pick<AccountView, 'id' | 'kind' | 'via'>,
  { commands, settings }: AdviceSources,
  call: CommandCall,
): Promise<readonly Advice[]> {
  const questions = commands.available.filter(
    (each) => each.scope === 'account' && (each.accountKind ?? kind) === kind && (each.via ?? via) === via,
  );
  const found: Advice[] = [];
  for (const { command, title } of questions) {
    const answer = (await commands.run(command, { account: id }, call)) as
      | { readonly advice?: unknown; readonly proposal?: object }
      | undefined;
    const proposal = Object.entries(answer?.proposal ?? {});
    const changes = proposal.filter(([key, value]) => JSON.stringify(settingOf(settings, id, key)) !== JSON.stringify(value));
    const { advice } = answer ?? {};
    if (typeof advice !== 'string' || (proposal.length > 0 && changes.length === 0)) continue;
    found.push({ command, title, advice, changes: Object.fromEntries(changes) });
  }
  return found;
}

/** `key=value`, as `accounts.change` takes them. */
export function assignmentsIn({ changes }: Pick<Advice, 'changes'>): readonly string[] {
  return Object.entries(changes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

/** The command that follows an advice; '' where nothing is to be set. */
export function commandFor(account: string, advice: Pick<Advice, 'changes'>): string {
  const assignments = assignmentsIn(advice);
  return assignments.length === 0 ? '' : `postroom accounts change ${shellWord(account)} --set ${assignments.map(shellWord).join(' ')}`;
}

function settingOf(settings: Pick<SettingsService, 'value'>, account: string, key: string): unknown {
  const accounts = (settings.value as { readonly accounts?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }).accounts ?? {};
  return accounts[account]?.[key];
}
