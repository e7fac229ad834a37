// accounts suggest-kind and advice: what they take and answer. suggestArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, object, openObject, string } from './answerSchemas.js';
import { account, args } from './argumentSchemas.js';

export const SUGGEST_COMMANDS = [
  {
    command: 'accounts.suggest-kind',
    title: 'Regular or Domain POP? What the newest mail at the ISP says; headers only, nothing is collected',
    reads: true,
    offline: true,
    positional: ['account'],
    arguments: args(
      {
        account,
        messages: { type: 'integer', minimum: 1, maximum: 200, default: 30, description: 'How many of the newest messages are looked at.' },
      },
      ['account'],
    ),
    result: object(
      { account: string(), kind: string('The kind that it has.'), because: string('What its mail says, a sentence.') },
      { suggestion: string('The kind that fits its mail; missing where its mail does not tell.'), title: string('Of the suggestion.') },
    ),
  },
  {
    command: 'accounts.advice',
    title: 'What the mail of an account says about its settings, with the commands to follow it',
    reads: true,
    offline: true,
    positional: ['account'],
    arguments: args({ account }, ['account']),
    result: arrayOf(
      object({
        command: string('The question that was asked.'),
        title: string(),
        advice: string('A sentence.'),
        changes: openObject('Properties to set, by key.'),
        set: string('The command line that sets them; empty where nothing is to be set.'),
      }),
    ),
  },
] as const satisfies readonly CommandDeclaration[];
