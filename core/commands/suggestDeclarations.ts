// accounts suggest-kind and advice: what they take. suggestArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
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
  },
  {
    command: 'accounts.advice',
    title: 'What the mail of an account says about its settings, with the commands to follow it',
    reads: true,
    offline: true,
    positional: ['account'],
    arguments: args({ account }, ['account']),
  },
] as const satisfies readonly CommandDeclaration[];
