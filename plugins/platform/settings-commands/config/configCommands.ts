// config get|show|set|unset|replace|confirm|validate|history|diff|undo: the one settings file.
import { type CommandHandler, PostroomError } from '@postroom/sdk';
import { didYouMean, NOT_UTF8, shownName, utf8TextOf } from '@postroom/sdk/base';
import type { Accounts, Leases, PluginAdministration, SettingsService, Trial, WhatIf } from '@postroom/sdk/services';
import { groupOf, NODES, nodeEntries, orFail, problemLine, settingsOn } from '@postroom/sdk/settings';
import { keysAndValues, pathOf, refuseUnknownKeys } from '../settingsEdits.js';
import { shownSettings } from './shownSettings.js';

/** What `config set` takes. */
interface NewValues {
  readonly key: string;
  readonly value: string;
  readonly more?: readonly string[];
}

export interface ConfigServices {
  readonly accounts: Pick<Accounts, 'find'>;
  readonly settings: SettingsService;
  readonly plugins: Pick<PluginAdministration, 'settled'>;
  readonly leases: Pick<Leases, 'servers'>;
  /** What waits for its confirmation; nothing where no change is tried out. */
  readonly trial: () => Trial | undefined;
  /** At the moment of need, as what follows: throws `plugin/no-provider` where no change is tried out. */
  readonly confirm: () => Promise<readonly string[]>;
  /** At the moment of need: throws `plugin/no-provider` where nothing compares. */
  readonly whatIf: () => WhatIf;
}

export class ConfigCommands {
  constructor(private readonly services: ConfigServices) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    const { settings } = this.services;
    return {
      'config.get': ({ key }: { key?: string }) => (key === undefined ? settings.value : this.#at(key)),
      'config.show': ({ all = false }: { all?: boolean }) => shownSettings(settings, all),
      'config.set': (values: NewValues, { author }) => this.#set(values, author),
      'config.unset': ({ key }: { key: string }, { author }) => this.#unset(key, author),
      'config.replace': ({ file }: { file: string }, { author }) => this.#replace(file, author),
      'config.validate': ({ file, whatIf }: { file?: string; whatIf?: number }) => this.#validate(file, whatIf),
      'config.history': ({ limit }: { limit: number }) => settings.history(limit),
      'config.diff': ({ revision }: { revision?: number }) => this.#diff(revision),
      'config.undo': async ({ revision }: { revision?: number }, { author }) => {
        const change = await settings.undo(author, revision);
        return { revision: change.revision, ...orFail(change), ...this.#onTrial() };
      },
      'config.confirm': () => this.#confirm(),
    };
  }

  async #set({ key, value, more = [] }: NewValues, author: string): Promise<object> {
    const { settings, plugins } = this.services;
    const changes = keysAndValues([key, value, ...more]);
    const edits = changes.map((each) => ({ path: this.#path(each.key), value: each.value }));
    const result = orFail(await settings.edit(author, refuseUnknownKeys(settings.schema, edits)));
    if (changes.some((each) => each.key.startsWith('plugins.'))) await plugins.settled();
    return { ...(changes.length === 1 ? changes[0] : { changes }), ...result, ...this.#onTrial() };
  }

  async #unset(key: string, author: string): Promise<object> {
    const { settings } = this.services;
    const path = this.#path(key);
    if (settings.written(path) === undefined) refuseUnknownKeys(settings.schema, [{ path, value: 'nothing' }]);
    const result = orFail(await settings.edit(author, [{ path, value: undefined }]));
    return { key, ...result, ...this.#onTrial() };
  }

  /** `file`: its octets in base64. */
  async #replace(file: string, author: string): Promise<object> {
    const { settings, plugins } = this.services;
    const result = orFail(await settings.replace(author, textOf(Buffer.from(file, 'base64'))));
    await plugins.settled();
    return { ...result, ...this.#onTrial() };
  }

  /** `file`: its octets in base64. */
  async #validate(file: string | undefined, whatIf: number | undefined): Promise<object> {
    const { settings } = this.services;
    const text = file === undefined ? undefined : textOf(Buffer.from(file, 'base64'));
    const problems = settings.validate(text);
    const lines = problems.map((problem) => problemLine(problem));
    if (problems.some(({ severity }) => severity === 'error')) {
      throw new PostroomError('settings/invalid', lines.join('\n'), { problems });
    }
    lines.push(...(await this.#strangeNodes(text ?? settings.text)));
    const report = whatIf === undefined ? {} : await this.services.whatIf().compare(text ?? settings.text, whatIf);
    return { valid: true, warnings: lines, ...report };
  }

  /** Servers that the text names and that are not on the store: one may be down, and a name may be misspelt. */
  async #strangeNodes(text: string): Promise<readonly string[]> {
    const named = await this.services.settings.under(text, async () => nodeEntries(this.services.settings.shared));
    if (named.length === 0) return [];
    const names = (await this.services.leases.servers()).map(({ name }) => name);
    return named
      .filter(({ name }) => !names.includes(name))
      .map(({ name, path }) => ({
        severity: 'warning' as const,
        path: path.join('/'),
        message: `No server "${shownName(name)}" is on the store at the moment; there are ${names.join(', ')}.${didYouMean(name, names)}`,
      }))
      .map((problem) => problemLine(problem));
  }

  async #diff(revision: number | undefined): Promise<string> {
    const { settings } = this.services;
    const from = revision ?? (await settings.history(2))[1]?.id;
    return (from !== undefined && (await settings.diff(from))) || 'Nothing differs.';
  }

  async #confirm(): Promise<unknown> {
    const confirmed = await this.services.confirm();
    return confirmed.length === 0 ? 'Nothing waits to be confirmed.' : { confirmed };
  }

  /** Says what has to be confirmed, and how. */
  #onTrial(): { readonly confirm?: string } {
    const trial = this.services.trial();
    if (trial === undefined) return {};
    const way = `${trial.keys.join(', ')} go back to what they were within 60 s, unless you keep them: postroom config confirm`;
    return { confirm: [...trial.consequences, way].join(' ') };
  }

  #path(key: string): readonly string[] {
    const { accounts, settings } = this.services;
    return pathOf(key, {
      usersOf: (account) => accounts.find(account)?.users.map((user) => user.name) ?? [],
      nodes: nodeEntries(settings.written([])).map(({ name }) => name),
      perNode: [...settings.schema.properties.values()].filter(({ schema }) => schema.perNode === true).map((each) => each.key),
    });
  }

  #at(key: string): unknown {
    const { settings } = this.services;
    const path = this.#path(key);
    if (path[0] === NODES) return this.#onNode(path);
    let value: unknown = settings.value;
    for (const step of path) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    }
    if (value !== undefined) return value;
    // The default, or an error that says which step leads nowhere.
    const [group, account = '', inAccount = 'kind', user = '', inUser = ''] = path;
    if (group !== 'accounts') return settings.get(key);
    return path.length < 4 ? settings.forAccount(account, inAccount) : settings.forUser(account, user, inUser);
  }

  /** What servers have for themselves; of a property what counts on that server. */
  #onNode([, node, key]: readonly string[]): unknown {
    const { settings } = this.services;
    const nodes = groupOf(settings.shared[NODES]);
    if (node === undefined) return nodes;
    if (key === undefined) return groupOf(nodes[node]);
    const there = settingsOn(node, settings.shared, settings.schema.properties);
    return Object.hasOwn(there, key) ? there[key] : settings.get(key);
  }
}

/** Text of a file that somebody named. Throws `settings/invalid` for octets that are no UTF-8. */
function textOf(octets: Uint8Array): string {
  const text = utf8TextOf(octets);
  if (text === undefined) throw new PostroomError('settings/invalid', `settings.json error: ${NOT_UTF8}`);
  return text;
}
