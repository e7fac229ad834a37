// resort and mailboxes move: what they take and answer. resortArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { anyValue, arrayOf, object, rung, string, strings, warnings } from './answerSchemas.js';
import { args, flag, mailbox, text, texts, whole } from './argumentSchemas.js';

const whereabouts = {
  added: strings('Mailboxes that got it.'),
  recalled: strings('Mailboxes that it was taken from.'),
  notRecalled: strings('Mailboxes that should not have it, and whose users have picked it up.'),
};

export const RESORT_COMMANDS = [
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
    result: object(
      {
        message: string(),
        mailbox: string(),
        ...whereabouts,
        rules: arrayOf(
          object({
            rule: string('A sentence.'),
            set: string('The setting, as text.'),
            path: strings('Where it stands in the settings.'),
            value: anyValue('Its value.'),
            whatIf: string('Which other mail would go elsewhere.'),
          }),
          'Rules that would have brought it there, narrowest first.',
        ),
        warnings,
      },
      { taught: string('The rule that is a setting now, or why there is none.'), next: string('How to make the first rule a setting.') },
    ),
  },
  {
    command: 'resort',
    title: "Sort stored mail again by today's rules: deliver what is missing, recall what nobody has picked up",
    positional: ['messages'],
    arguments: args({
      messages: texts('Numbers of messages, from `mailboxes show` or `trace`.'),
      mailbox: text('Instead of numbers: all that this mailbox holds, for example admin1.'),
      since: text('With --mailbox: only what came on or after this local day, 2026-11-23.'),
      limit: whole('With --mailbox: at most this many, the newest.', 10_000, 1_000_000),
      preview: flag('Only say what would happen.'),
    }),
    result: arrayOf(
      object(
        { message: string(), from: string(), subject: string(), ...whereabouts },
        { rung, problem: string('Why nothing was changed.'), note: string('Where nothing had to be changed.') },
      ),
    ),
  },
] as const satisfies readonly CommandDeclaration[];
