// users list|add|change|rename|remove|set-password: what they take and answer. userArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, object, oneOf, openObject, string, strings, warnings } from './answerSchemas.js';
import { account, args, changes, flag, secret, text, user } from './argumentSchemas.js';

export const USER_COMMANDS = [
  {
    command: 'users.list',
    title: 'Who shares which account, with their addresses, and which one to write in Bcc to reach a colleague',
    reads: true,
    offline: true,
    arguments: args({ account }),
    result: arrayOf(
      object(
        {
          user: string(),
          addresses: strings(),
          cc: strings('Colleagues who always get a copy.'),
          password: oneOf(['set', 'none: cannot log in']),
        },
        {
          account: string('Missing for ADMIN1.'),
          bccAddress: string("Where the user's own address will not do in Bcc: what to write there, or `none: ` and why."),
        },
      ),
    ),
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
    result: object({ account: string(), user: string(), warnings, next: string('The command that sets the password.') }),
  },
  {
    command: 'users.change',
    title: 'Change properties of a user',
    offline: true,
    positional: ['account', 'user', 'set'],
    arguments: args({ account, user, set: changes('key=value; an empty value resets the property.') }, ['account', 'user', 'set']),
    result: object({ account: string(), user: string(), warnings }),
  },
  {
    command: 'users.rename',
    title: 'Rename a user; the mailbox goes along',
    offline: true,
    positional: ['account', 'user', 'name'],
    arguments: args({ account, user, name: text('The new name.') }, ['account', 'user', 'name']),
    result: object({ account: string(), user: string('The new name.'), formerly: string('The former name.'), warnings }),
  },
  {
    command: 'users.remove',
    title: 'Remove a user: the password goes, the stored mail stays',
    offline: true,
    positional: ['account', 'user'],
    arguments: args({ account, user }, ['account', 'user']),
    result: object({ account: string(), user: string(), warnings }),
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
    result: object(
      { user: string(), password: oneOf(['set']) },
      {
        account: string(),
        tokens: arrayOf(openObject('As the manager lists them.'), 'Access tokens that are still good.'),
        revokedTokens: strings('Names of the access tokens that were taken back.'),
        next: string('How to take access tokens back.'),
      },
    ),
  },
] as const satisfies readonly CommandDeclaration[];
