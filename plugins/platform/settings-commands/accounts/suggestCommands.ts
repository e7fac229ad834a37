// accounts suggest-kind and advice: what an account's own mail says about how it should be set up.
import type { CommandCall, CommandHandler, MailView } from '@postroom/sdk';
import { accountNamed } from '@postroom/sdk/base';
import type { Accounts, CommandCatalogue, PluginCatalogue, RecentMail, SettingsService } from '@postroom/sdk/services';
import { adviceFor, commandFor } from './accountAdvice.js';
import { evidenceSentence, kindEvidence, ownershipIn } from './kindEvidence.js';
import { offeredKinds } from './offeredKinds.js';

export interface SuggestServices {
  readonly accounts: Accounts;
  readonly settings: SettingsService;
  readonly plugins: PluginCatalogue;
  readonly commands: CommandCatalogue;
  /** At the moment of need: throws `plugin/no-provider` where nothing reads mail that came in earlier. */
  readonly recent: () => RecentMail;
}

export class SuggestCommands {
  constructor(private readonly services: SuggestServices) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'accounts.suggest-kind': (asked: { account: string; messages: number }, call) => this.#suggestKind(asked, call),
      'accounts.advice': ({ account }: { account: string }, call) => this.#advice(account, call),
    };
  }

  async #suggestKind({ account: id, messages }: { account: string; messages: number }, call: CommandCall): Promise<object> {
    const { accounts, settings, plugins } = this.services;
    const account = accountNamed(id, accounts);
    const evidence = kindEvidence(account.address, await this.#mailOf(id, messages, call));
    const owns = ownershipIn(evidence);
    const fitting = offeredKinds(plugins.plugins, settings.schema).filter((each) => each.owns === owns);
    const kind = fitting.find((each) => each.kind === account.kind) ?? fitting[0];
    return {
      account: id,
      kind: account.kind,
      ...(kind !== undefined && { suggestion: kind.kind, title: kind.title }),
      because: evidenceSentence(account.address, evidence),
    };
  }

  async #advice(id: string, call: CommandCall): Promise<readonly object[]> {
    const found = await adviceFor(accountNamed(id, this.services.accounts), this.services, call);
    return found.map((each) => ({ ...each, set: commandFor(id, each) }));
  }

  /** What waits at the ISP; where nothing does, what came from there before. */
  async #mailOf(account: string, messages: number, call: CommandCall): Promise<readonly MailView[]> {
    const recent = this.services.recent();
    const waiting = await recent.waiting(account, messages, call);
    if (waiting.length > 0) return waiting;
    const views: MailView[] = [];
    for await (const view of recent.of(account, messages)) views.push(view);
    return views;
  }
}
