// config get|set|unset|confirm|validate|history|diff|undo: the one settings file.

import { PostroomError } from '@postroom/sdk';
import { NOT_UTF8, utf8TextOf } from '@postroom/sdk/base';
import { Accounts, SettingsService, TrialPeriod } from '@postroom/sdk/services';
import { keysAndValues, orFail, pathOf, problemLine, refuseUnknownKeys } from '@postroom/sdk/settings';
import { inject } from '../base/inject.js';
import { hasErrors } from '../configuration/problems/problems.js';
import { PluginHost } from '../host/pluginHost.js';
import { ServiceRegistry } from '../host/serviceRegistry.js';
import { WhatIfStep } from '../review/whatIf.js';
import { type CommandArea, type FileArgument, type HandlersOf, handler, octetsOf } from './area.js';
import type { CONFIG_COMMANDS } from './configDeclarations.js';

export class ConfigArea implements CommandArea {
  constructor(
    @SettingsService private readonly settings: SettingsService,
    @inject(WhatIfStep) private readonly whatIf: WhatIfStep,
    @Accounts private readonly accounts: Accounts,
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
  ) {}

  /** Its provider starts after this is made. */
  get trials(): TrialPeriod {
    return this.services.get(TrialPeriod);
  }

  readonly handlers: HandlersOf<typeof CONFIG_COMMANDS> = {
    'config.get': handler<{ key?: string }>(({ key }) => (key === undefined ? this.settings.value : this.#at(key))),
    'config.set': handler<{ key: string; value: string; more?: readonly string[] }>(async ({ key, value, more = [] }, call) => {
      const changes = keysAndValues([key, value, ...more]);
      const edits = changes.map((each) => ({ path: this.#path(each.key), value: each.value }));
      const result = orFail(await this.settings.edit(call.author, refuseUnknownKeys(this.settings.schema, edits)));
      if (changes.some((each) => each.key.startsWith('plugins.'))) await this.host.settled();
      return { ...(changes.length === 1 ? changes[0] : { changes }), ...result, ...this.#onTrial() };
    }),
    'config.unset': handler<{ key: string }>(async ({ key }, call) => {
      const path = this.#path(key);
      if (this.settings.written(path) === undefined) refuseUnknownKeys(this.settings.schema, [{ path, value: 'nothing' }]);
      const result = orFail(await this.settings.edit(call.author, [{ path, value: undefined }]));
      return { key, ...result, ...this.#onTrial() };
    }),
    'config.validate': handler<{ file?: FileArgument; whatIf?: number }>(async ({ file, whatIf }) => {
      const text = file === undefined ? undefined : textOf(octetsOf(file));
      const problems = this.settings.validate(text);
      const lines = problems.map((problem) => problemLine(problem));
      if (hasErrors(problems)) {
        throw new PostroomError('settings/invalid', lines.join('\n'), { problems });
      }
      const report = whatIf === undefined ? {} : await this.whatIf.compare(text ?? this.settings.text, whatIf);
      return { valid: true, warnings: lines, ...report };
    }),
    'config.history': handler<{ limit: number }>(({ limit }) => this.settings.history(limit)),
    'config.diff': handler<{ revision?: number }>(async ({ revision }) => {
      const from = revision ?? (await this.settings.history(2))[1]?.id;
      return (from !== undefined && (await this.settings.diff(from))) || 'Nothing differs.';
    }),
    'config.undo': handler<{ revision?: number }>(async ({ revision }, call) => {
      const change = await this.settings.undo(call.author, revision);
      return { revision: change.revision, ...orFail(change), ...this.#onTrial() };
    }),
    'config.confirm': handler(async () => {
      const confirmed = await this.trials.confirm();
      return confirmed.length === 0 ? 'Nothing waits to be confirmed.' : { confirmed };
    }),
  };

  /** Says what has to be confirmed, and how. */
  #onTrial(): { readonly confirm?: string } {
    const { trial } = this.trials;
    if (trial === undefined) return {};
    const way = `${trial.keys.join(', ')} go back to what they were within 60 s, unless you keep them: postroom config confirm`;
    return { confirm: [...trial.consequences, way].join(' ') };
  }

  #path(key: string): readonly string[] {
    return pathOf(key, (account) => this.accounts.find(account)?.users.map((user) => user.name) ?? []);
  }

  #at(key: string): unknown {
    const path = this.#path(key);
    let value: unknown = this.settings.value;
    for (const step of path) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    }
    if (value !== undefined) {
      return value;
    }
    // The default, or an error that says which step leads nowhere.
    const [group, account = '', inAccount = 'kind', user = '', inUser = ''] = path;
    if (group !== 'accounts') {
      return this.settings.get(key);
    }
    return path.length < 4 ? this.settings.forAccount(account, inAccount) : this.settings.forUser(account, user, inUser);
  }
}

/** Text of a file that somebody named. Throws `settings/invalid` for octets that are no UTF-8. */
function textOf(octets: Uint8Array): string {
  const text = utf8TextOf(octets);
  if (text === undefined) throw new PostroomError('settings/invalid', `settings.json error: ${NOT_UTF8}`);
  return text;
}
