// accounts suggest-kind and advice: what an account's own mail says about how it should be set up.
import { type AccountView, type CommandCall, type MailView, PostroomError } from '@postroom/sdk';
import { Accounts, RecentMail, SettingsService } from '@postroom/sdk/services';
import { offeredKinds } from '@postroom/sdk/settings';
import { inject } from '../base/inject.js';
import { evidenceSentence, kindEvidence, ownershipIn } from '../directory/kindEvidence.js';
import { CommandRegistry } from '../host/commandRegistry.js';
import { PluginHost } from '../host/pluginHost.js';
import { adviceFor, commandFor } from './accountAdvice.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { SUGGEST_COMMANDS } from './suggestDeclarations.js';

export class SuggestArea implements CommandArea {
  constructor(
    @Accounts private readonly accounts: Accounts,
    @SettingsService private readonly settings: SettingsService,
    @inject(PluginHost) private readonly host: PluginHost,
    @RecentMail private readonly recent: RecentMail,
    @inject(CommandRegistry) private readonly commands: CommandRegistry,
  ) {}

  readonly handlers: HandlersOf<typeof SUGGEST_COMMANDS> = {
    'accounts.suggest-kind': handler<{ account: string; messages: number }>(async ({ account: id, messages }, call) => {
      const account = this.#account(id);
      const evidence = kindEvidence(account.address, await this.#mailOf(id, messages, call));
      const owns = ownershipIn(evidence);
      const fitting = offeredKinds(this.host.plugins, this.settings.schema).filter((each) => each.owns === owns);
      const kind = fitting.find((each) => each.kind === account.kind) ?? fitting[0];
      return {
        account: id,
        kind: account.kind,
        ...(kind !== undefined && { suggestion: kind.kind, title: kind.title }),
        because: evidenceSentence(account.address, evidence),
      };
    }),
    'accounts.advice': handler<{ account: string }>(async ({ account: id }, call) => {
      const found = await adviceFor(this.#account(id), { registry: this.commands, settings: this.settings }, call);
      return found.map((each) => ({ ...each, set: commandFor(id, each) }));
    }),
  };

  #account(id: string): AccountView {
    const account = this.accounts.find(id);
    if (account !== undefined) return account;
    throw new PostroomError('user/unknown', `There is no account ${id}. "postroom accounts list" shows them all.`);
  }

  /** What waits at the ISP; where nothing does, what came from there before. */
  async #mailOf(account: string, messages: number, call: CommandCall): Promise<readonly MailView[]> {
    const waiting = await this.recent.waiting(account, messages, call);
    if (waiting.length > 0) return waiting;
    const views: MailView[] = [];
    for await (const view of this.recent.of(account, messages)) views.push(view);
    return views;
  }
}
