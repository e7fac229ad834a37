// users list|add|change|rename|remove|set-password: what they take. userArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { account, args, changes, flag, secret, text, user } from './argumentSchemas.js';

export const USER_COMMANDS = [
  {
    command: 'users.list',
    title: 'Who shares which account, with their addresses, and which one to write in Bcc to reach a colleague',
    reads: true,
    offline: true,
    arguments: args({ account }),
  },
  {
    command: 'users.add',
    title: 'Add a user to an account',
    offline: true,
    positional: ['account', 'user'],
    arguments: args({ account, user, cc: changes('Colleagues who always get a copy.'), set: changes('Further properties, key=value.') }, [
      'account',
      'user',
    ]),
  },
  {
    command: 'users.change',
    title: 'Change properties of a user',
    offline: true,
    positional: ['account', 'user', 'set'],
    arguments: args({ account, user, set: changes('key=value; an empty value resets the property.') }, ['account', 'user', 'set']),
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
    arguments: args(
      {
        account: text('Id of the account, or `admin1`.'),
        user,
        password: secret('New password'),
        revokeTokens: flag("With admin1: also take back all access tokens of the manager's API. Without it they are shown, and stay good."),
      },
      ['account', 'password'],
    ),
  },
] as const satisfies readonly CommandDeclaration[];
