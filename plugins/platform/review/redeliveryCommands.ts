// resort and mailboxes move: mail that is here already goes where it should have gone.
import { type CommandCall, type CommandHandler, mailboxName, PostroomError } from '@postroom/sdk';
import { mailboxNamed } from '@postroom/sdk/base';
import type { Accounts, MailStore, SettingsService, StoredMessage } from '@postroom/sdk/services';
import { orFail } from '@postroom/sdk/settings';
import type { RedeliveredMessage, Redelivery } from './redelivery.js';
import type { Lesson, RuleTeaching } from './ruleTeaching.js';

interface ResortArguments {
  readonly messages?: readonly string[];
  readonly mailbox?: string;
  readonly since?: string;
  readonly limit: number;
  readonly preview: boolean;
}

interface MoveArguments {
  readonly message: string;
  readonly user: string;
  readonly teach: boolean;
  readonly lookAt: number;
}

/** What names stand for, and where a rule is put. */
export interface RedeliverySources {
  readonly store: Pick<MailStore, 'list' | 'message'>;
  readonly accounts: Accounts;
  readonly settings: Pick<SettingsService, 'edit'>;
}

export class RedeliveryCommands {
  constructor(
    private readonly redelivery: Redelivery,
    private readonly teaching: RuleTeaching,
    private readonly sources: RedeliverySources,
  ) {}

  readonly handlers: Readonly<Record<string, CommandHandler>> = {
    resort: async (args: ResortArguments, call) => this.#resort(await this.#chosen(args), args.preview, call),
    'mailboxes.move': (args: MoveArguments, call) => this.#move(args, call),
  };

  async #resort(messages: readonly StoredMessage[], preview: boolean, call: CommandCall): Promise<readonly RedeliveredMessage[]> {
    const changed: RedeliveredMessage[] = [];
    for (const [index, message] of messages.entries()) {
      call.signal.throwIfAborted();
      changed.push(rowOf(await this.redelivery.again(message, preview)));
      call.progress({ what: 'Sorting again', done: index + 1, of: messages.length });
    }
    return changed;
  }

  /** Oldest first: the order in which the mail came. */
  async #chosen({ messages = [], mailbox, since, limit }: ResortArguments): Promise<readonly StoredMessage[]> {
    if (messages.length > 0 === (mailbox !== undefined)) {
      throw new PostroomError('command/arguments', 'Say either numbers of messages, or --mailbox.');
    }
    if (mailbox !== undefined) {
      const from = since === undefined ? 0 : beginningOf(since);
      const listed = await this.sources.store.list(mailboxNamed(mailbox, this.sources.accounts), limit);
      return listed.filter((message) => message.receivedAt.getTime() >= from).toReversed();
    }
    const chosen: StoredMessage[] = [];
    for (const id of messages) {
      const message = await this.sources.store.message(id);
      if (message === undefined) {
        throw new PostroomError('mail/not-found', `No message ${id} is stored here. "postroom trace ${id}" says what became of it.`);
      }
      chosen.push(message);
    }
    return chosen;
  }

  /** The rules are looked for first: afterwards the mailbox has the message, and all would be well. */
  async #move({ message, user, teach, lookAt }: MoveArguments, call: CommandCall): Promise<object> {
    const mailbox = mailboxNamed(user, this.sources.accounts);
    const lessons = await this.teaching.lessons(message, mailbox, lookAt);
    const { added, recalled, notRecalled } = await this.redelivery.move(message, mailbox);
    const [narrowest] = lessons;
    const warnings = teach && narrowest !== undefined ? orFail(await this.sources.settings.edit(call.author, [narrowest])).warnings : [];
    return {
      message,
      mailbox: mailboxName(mailbox),
      added,
      recalled,
      notRecalled,
      taught: teach ? (narrowest?.sentence ?? 'nothing: no rule that is not there yet tells such mail from other mail') : undefined,
      next: teach || narrowest === undefined ? undefined : `the same with --teach makes the first rule a setting: ${narrowest.sentence}`,
      rules: lessons.map((lesson) => ruleRow(lesson)),
      warnings,
    };
  }
}

/** Midnight of a local day, in milliseconds since 1970. */
function beginningOf(day: string): number {
  const beginning = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00`).getTime() : Number.NaN;
  if (Number.isNaN(beginning))
    throw new PostroomError('command/arguments', `--since is a day in the form 2026-11-23, and "${day}" is none.`);
  return beginning;
}

/** Without this an unchanged message would be a row that says nothing. */
function rowOf(message: RedeliveredMessage): RedeliveredMessage & { readonly note?: string } {
  const changes = message.added.length + message.recalled.length + message.notRecalled.length;
  return changes > 0 || message.problem !== undefined ? message : { ...message, note: "It is where today's rules want it." };
}

function ruleRow({ sentence, path, value, looked, others }: Lesson): object {
  const elsewhere = others.map(({ message, subject, instead }) => `${message} "${subject}" would go to ${instead.join(', ')}`);
  return {
    rule: sentence,
    set: `${path.join('.')} = ${JSON.stringify(value)}`,
    path,
    value,
    whatIf: elsewhere.length === 0 ? `none of the last ${looked} messages would go elsewhere but this one` : elsewhere.join('; '),
  };
}
