// The core's own commands: names, arguments, and how the CLI takes them. Plugins declare theirs the same way, in their manifests.
import type { CommandDeclaration } from '@postroom/sdk';

const text = (description: string): object => ({ type: 'string', description });
const texts = (description: string): object => ({ type: 'array', items: { type: 'string' }, description });
const whole = (description: string, value: number): object => ({ type: 'integer', minimum: 1, default: value, description });
const numbers = (description: string): object => ({ type: 'array', items: { type: 'integer' }, minItems: 1, description });
const flag = (description: string): object => ({ type: 'boolean', default: false, description });
/** The CLI reads the file (or standard input for `-`) and passes its octets. */
const file = (description: string): object => ({ type: 'string', contentEncoding: 'base64', file: true, description });
/** The CLI reads a packed plugin, or packs a plugin's folder, and passes the octets. */
const packedPlugin = (description: string): object => ({ type: 'string', contentEncoding: 'base64', plugin: true, description });
/** The CLI makes it absolute: the server runs elsewhere. */
const folder = (description: string): object => ({ type: 'string', minLength: 1, path: true, description });
/** The CLI asks for it twice on a terminal, or reads one line of standard input: it never stands on a command line. */
const secret = (description: string): object => ({ type: 'string', minLength: 1, maxLength: 1024, secret: true, description });

function args(properties: Record<string, object>, required: readonly string[] = []): Readonly<Record<string, unknown>> {
  return { properties, required };
}

const account = text('Id of the account, as in settings.json.');
const user = text('Name of the user.');
const mailbox = text('A user (`andrew`, or `andrew@company` where the name is not unique), or `admin1`.');

export const CORE_COMMANDS: readonly CommandDeclaration[] = [
  { command: 'status', title: 'What the server does now', reads: true },
  { command: 'metrics', title: 'How busy the server is, as Prometheus reads it', reads: true },
  {
    command: 'send-receive',
    title: 'Send and receive now',
    arguments: args({ accounts: texts('Only these accounts; without any, all.') }),
    positional: ['accounts'],
  },
  {
    command: 'schedule',
    title: 'The next connections to the ISP, and why then',
    reads: true,
    offline: true,
    arguments: args({ count: whole('How many.', 10) }),
  },
  { command: 'service.start', title: 'Open the mail ports and fetch by the timer' },
  { command: 'service.stop', title: 'Close the mail ports and stop fetching; stored mail stays' },

  { command: 'mailboxes.list', title: 'How much mail waits in each mailbox', reads: true, offline: true },
  {
    command: 'mailboxes.show',
    title: 'The messages in a mailbox',
    reads: true,
    offline: true,
    positional: ['mailbox'],
    arguments: args({ mailbox, limit: whole('At most this many, newest first.', 50) }, ['mailbox']),
  },

  {
    command: 'mailboxes.move',
    title: 'Give a message to another user, and see which rule would have done so',
    positional: ['message', 'user'],
    arguments: args(
      {
        message: text('Number from `mailboxes show` or `trace`.'),
        user: mailbox,
        teach: flag('Put the narrowest rule into the settings.'),
        lookAt: whole('How many of the newest messages the rules are tried on.', 200),
      },
      ['message', 'user'],
    ),
  },

  { command: 'outbox.list', title: 'Mail that waits to be sent', reads: true, offline: true },
  {
    command: 'outbox.retry',
    title: 'Try entries again in the next round',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
  },
  {
    command: 'outbox.hold',
    title: 'Keep entries back until they are retried',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
  },
  {
    command: 'outbox.return',
    title: 'Give up entries and tell their author',
    offline: true,
    positional: ['entries'],
    arguments: args({ entries: numbers('Numbers from `outbox list`.') }, ['entries']),
  },

  { command: 'held.list', title: 'Mail that is held, in quarantine or discarded, and why', reads: true, offline: true },
  { command: 'held.retry', title: 'Sort held mail again now' },
  {
    command: 'held.release',
    title: 'Deliver a message that was set aside',
    positional: ['message', 'mailboxes'],
    arguments: args({ message: text('Number from `held list`.'), mailboxes: texts("Where to; without any, where today's rules say.") }, [
      'message',
    ]),
  },
  {
    command: 'held.delete',
    title: 'Remove a message that was set aside, for good',
    offline: true,
    positional: ['message'],
    arguments: args({ message: text('Number from `held list`.') }, ['message']),
  },

  {
    command: 'log.read',
    title: 'What was collected, sent and picked up',
    reads: true,
    offline: true,
    positional: ['day'],
    arguments: args({
      day: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'Local day, 2026-11-23; without it the newest entries.' },
      account,
      user,
      text: text('Only entries that hold this text.'),
      before: { type: 'integer', description: 'Only entries before this id: the next page.' },
      limit: whole('At most this many, newest first.', 100),
    }),
  },
  { command: 'log.days', title: 'The days that have a log', reads: true, offline: true },

  {
    command: 'explain',
    title: 'Who would get this message, and why',
    reads: true,
    offline: true,
    positional: ['file'],
    arguments: args({
      file: file('A message in a file; `-` reads standard input.'),
      account,
      live: text('Instead of a file: the mail that waits at the ISP of this account. Headers only; nothing is collected.'),
      limit: whole('With --live: at most this many, newest first.', 50),
    }),
  },
  {
    command: 'trace',
    title: 'Where did a message go, and why',
    reads: true,
    offline: true,
    positional: ['query'],
    arguments: args(
      {
        query: text('Message number, Message-ID, UIDL, user, or words of From or Subject.'),
        limit: whole('At most this many, newest first.', 20),
      },
      ['query'],
    ),
  },

  {
    command: 'resort',
    title: "Sort stored mail again by today's rules: deliver what is missing, recall what nobody has picked up",
    positional: ['messages'],
    arguments: args({
      messages: texts('Numbers of messages, from `mailboxes show` or `trace`.'),
      mailbox: text('Instead of numbers: all that this mailbox holds, for example admin1.'),
      since: {
        type: 'string',
        pattern: '^\\d{4}-\\d\\d-\\d\\d$',
        description: 'With --mailbox: only what came on or after this local day.',
      },
      limit: whole('With --mailbox: at most this many, the newest.', 10_000),
      preview: flag('Only say what would happen.'),
    }),
  },

  { command: 'accounts.list', title: 'The accounts and how many share them', reads: true, offline: true },
  {
    command: 'accounts.add',
    title: 'Share another ISP mailbox',
    offline: true,
    positional: ['account', 'address', 'kind'],
    arguments: args(
      {
        account,
        address: text('The ISP address, mail@company.com.'),
        kind: text('`regular` or `domain`.'),
        set: texts('Further properties, key=value: pop3.host=pop.isp.example.'),
      },
      ['account', 'address', 'kind'],
    ),
  },
  {
    command: 'accounts.change',
    title: 'Change properties of an account',
    offline: true,
    positional: ['account', 'set'],
    arguments: args({ account, set: texts('key=value; an empty value resets the property.') }, ['account', 'set']),
  },
  {
    command: 'accounts.remove',
    title: 'Stop sharing an account: its passwords go, its stored mail stays',
    offline: true,
    positional: ['account'],
    arguments: args({ account }, ['account']),
  },
  {
    command: 'accounts.set-password',
    title: 'Set the password of the account at the ISP',
    offline: true,
    positional: ['account'],
    arguments: args(
      {
        account,
        key: text('Only this secret, for example smtp.password; without it all of the account.'),
        password: secret('Password at the ISP'),
      },
      ['account', 'password'],
    ),
  },
  {
    command: 'users.list',
    title: 'Who shares which account, with their addresses',
    reads: true,
    offline: true,
    arguments: args({ account }),
  },
  {
    command: 'users.add',
    title: 'Add a user to an account',
    offline: true,
    positional: ['account', 'user'],
    arguments: args({ account, user, cc: texts('Colleagues who always get a copy.'), set: texts('Further properties, key=value.') }, [
      'account',
      'user',
    ]),
  },
  {
    command: 'users.change',
    title: 'Change properties of a user',
    offline: true,
    positional: ['account', 'user', 'set'],
    arguments: args({ account, user, set: texts('key=value; an empty value resets the property.') }, ['account', 'user', 'set']),
  },
  {
    command: 'users.rename',
    title: 'Rename a user; the mailbox goes along',
    offline: true,
    positional: ['account', 'user', 'name'],
    arguments: args({ account, user, name: text('The new name.') }, ['account', 'user', 'name']),
  },
  {
    command: 'users.remove',
    title: 'Remove a user: the password goes, the stored mail stays',
    offline: true,
    positional: ['account', 'user'],
    arguments: args({ account, user }, ['account', 'user']),
  },
  {
    command: 'users.set-password',
    title: 'Set the password of a user, or of ADMIN1',
    offline: true,
    positional: ['account', 'user'],
    arguments: args({ account: text('Id of the account, or `admin1`.'), user, password: secret('New password') }, ['account', 'password']),
  },

  {
    command: 'config.get',
    title: 'Settings in force',
    reads: true,
    offline: true,
    positional: ['key'],
    arguments: args({ key: text('A property, for example timer.everyMinutes or accounts.company; without it all.') }),
  },
  {
    command: 'config.set',
    title: 'Change a property',
    offline: true,
    positional: ['key', 'value'],
    arguments: args(
      { key: text('A property, for example timer.everyMinutes or accounts.company.pop3.host.'), value: text('JSON, or a plain text.') },
      ['key', 'value'],
    ),
  },
  {
    command: 'config.unset',
    title: 'Take a property out of the settings: its default counts again',
    offline: true,
    positional: ['key'],
    arguments: args({ key: text('A property.') }, ['key']),
  },
  {
    command: 'config.confirm',
    title: 'Keep a change of ports, TLS or access; without it the former values come back within 60 s',
  },
  {
    command: 'config.validate',
    title: 'Check settings without using them',
    reads: true,
    offline: true,
    positional: ['file'],
    arguments: args({
      file: file('A settings file; without it the one in the data folder.'),
      whatIf: {
        type: 'integer',
        minimum: 1,
        maximum: 100_000,
        description: 'Also say which of so many newest messages would go elsewhere.',
      },
    }),
  },
  {
    command: 'config.history',
    title: 'Former versions of the settings',
    reads: true,
    offline: true,
    arguments: args({ limit: whole('At most this many, newest first.', 20) }),
  },
  {
    command: 'config.diff',
    title: 'What changed since a former version',
    reads: true,
    offline: true,
    positional: ['revision'],
    arguments: args({ revision: { type: 'integer' } }, ['revision']),
  },
  {
    command: 'config.undo',
    title: 'Go back to a former version',
    offline: true,
    positional: ['revision'],
    arguments: args({ revision: { type: 'integer' } }, ['revision']),
  },

  {
    command: 'secrets.rotate',
    title: 'Encrypt the passwords at the ISPs anew under a new key, or under the one that systemd gives',
    offline: true,
  },

  {
    command: 'plugins.list',
    title: 'Installed plugins and their states',
    reads: true,
    offline: true,
    arguments: args({ all: flag('Also those that are not enabled.') }),
  },
  {
    command: 'plugins.order',
    title: 'The order of the taps in each hook, with reasons',
    reads: true,
    offline: true,
    positional: ['hook'],
    arguments: args({ hook: { enum: ['onSchedule', 'onLicenseCheck', 'onFetch', 'onSort', 'onDeliver'] } }),
  },
  {
    command: 'plugins.enable',
    title: 'Enable a plugin and its pack',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
  },
  {
    command: 'plugins.disable',
    title: 'Disable a plugin',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
  },
  {
    command: 'plugins.add',
    title: 'Install a plugin, or another version of it, and enable it; mail goes on flowing',
    offline: true,
    positional: ['plugin'],
    arguments: args(
      { plugin: packedPlugin("The plugin's folder, or the file that `plugins pack` made."), disabled: flag('Install it only.') },
      ['plugin'],
    ),
  },
  {
    command: 'plugins.remove',
    title: 'Remove an installed plugin with its settings, secrets and stored state',
    offline: true,
    positional: ['plugin'],
    arguments: args({ plugin: text('publisher.name') }, ['plugin']),
  },

  {
    command: 'backup.create',
    title: 'Copy everything into a folder, while the server runs',
    offline: true,
    positional: ['into'],
    arguments: args(
      {
        into: folder('The folder in which the backup gets a folder of its own; best on another disk.'),
        secrets: flag('Also passwords and keys: for a new machine.'),
      },
      ['into'],
    ),
  },
  {
    command: 'backup.verify',
    title: 'Restore a backup into a scratch folder and compare everything',
    reads: true,
    offline: true,
    positional: ['folder'],
    arguments: args(
      {
        folder: folder('The folder that `backup create` made.'),
        scratch: folder('Where there is room for it; default the temporary folder.'),
      },
      ['folder'],
    ),
  },
  {
    command: 'backup.restore',
    title: 'Put a backup in the place of the data folder; what is there is moved aside',
    offline: true,
    positional: ['folder'],
    arguments: args({ folder: folder('The folder that `backup create` made.') }, ['folder']),
  },
  {
    command: 'doctor',
    title: 'Look at everything that mail depends on, and say what is not well',
    reads: true,
    offline: true,
    arguments: args({ logins: flag('Also log in at the ISPs.') }),
  },
  { command: 'licence', title: 'Edition, limits and device', reads: true, offline: true },
];

/** What the areas are about: `postroom outbox` is explained by it. A plugin's area bears the plugin's name. */
export const AREA_TITLES: Readonly<Record<string, string>> = {
  accounts: 'The ISP mailboxes that are shared: list, add, change, remove, passwords',
  backup: 'Copies of everything: create, verify, restore',
  config: 'The settings file: get, set, confirm, validate, history, undo',
  held: 'Mail that was kept back: list, retry, release, delete',
  log: 'What was collected, sent and picked up, by day',
  mailboxes: 'Mailboxes: how much mail waits where, move a message',
  outbox: 'Mail that waits to be sent: list, retry, hold, return',
  plugins: 'Plugins: list, order, enable, disable, add, remove; for authors: new, validate, pack',
  secrets: 'The key of the encrypted passwords: rotate',
  service: 'Start and stop the mail service',
  users: 'Who shares an account: list, add, change, rename, remove, passwords',
};
