// accounts list|kinds|add|change|remove|set-password: what they take and answer. accountArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { arrayOf, jsonSchema, object, oneOf, string, strings, warnings } from './answerSchemas.js';
import { account, args, changes, secret, text } from './argumentSchemas.js';

export const ACCOUNT_COMMANDS = [
  {
    command: 'accounts.list',
    title: 'The accounts and how many share them',
    reads: true,
    offline: true,
    result: arrayOf(
      object({
        account: string(),
        kind: string(),
        address: string('Its address at the ISP.'),
        users: strings('Names of the users.'),
        passwords: strings('Secrets that are set, by name.'),
      }),
    ),
  },
  {
    command: 'accounts.kinds',
    title: 'The kinds of account that the enabled plugins know, and what each needs',
    reads: true,
    offline: true,
    result: arrayOf(
      object({
        kind: string(),
        title: string(),
        description: string(),
        owns: oneOf(
          ['address', 'domain'],
          '`address`: only the address of the account is its own. `domain`: every address at its domains.',
        ),
        requires: arrayOf(object({ key: string(), schema: jsonSchema }), 'Properties that an account of this kind needs.'),
      }),
    ),
  },
  {
    command: 'accounts.add',
    title: 'Share another ISP mailbox',
    offline: true,
    positional: ['account', 'address', 'kind'],
    arguments: args(
      {
        account,
        address: text('The ISP address, mail@company.com.'),
        kind: text('One that "postroom accounts kinds" lists.'),
        set: changes('Further properties, key=value.'),
      },
      ['account', 'address', 'kind'],
    ),
    result: object({
      account: string(),
      address: string(),
      kind: string(),
      warnings,
      next: string('The command that sets its passwords.'),
    }),
  },
  {
    command: 'accounts.change',
    title: 'Change properties of an account',
    offline: true,
    positional: ['account', 'set'],
    arguments: args({ account, set: changes('key=value; an empty value resets the property.') }, ['account', 'set']),
    result: object({ account: string(), warnings }),
  },
  {
    command: 'accounts.remove',
    title: 'Stop sharing an account: its passwords go, its stored mail stays',
    offline: true,
    positional: ['account'],
    arguments: args({ account }, ['account']),
    result: object({ account: string(), warnings }),
  },
  {
    command: 'accounts.set-password',
    title: 'Set the password of the account at the ISP',
    offline: true,
    positional: ['account'],
    arguments: args(
      {
        account,
        key: text('Only this secret, by its name among the properties; without it all of the account.'),
        password: secret('Password at the ISP'),
      },
      ['account', 'password'],
    ),
    result: object({ account: string(), set: strings('The secrets that were set, by name.') }),
  },
] as const satisfies readonly CommandDeclaration[];
