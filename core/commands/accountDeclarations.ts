// accounts list|kinds|add|change|remove|set-password: what they take. accountArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { account, args, changes, secret, text } from './argumentSchemas.js';

export const ACCOUNT_COMMANDS = [
  { command: 'accounts.list', title: 'The accounts and how many share them', reads: true, offline: true },
  {
    command: 'accounts.kinds',
    title: 'The kinds of account that the enabled plugins know, and what each needs',
    reads: true,
    offline: true,
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
  },
  {
    command: 'accounts.change',
    title: 'Change properties of an account',
    offline: true,
    positional: ['account', 'set'],
    arguments: args({ account, set: changes('key=value; an empty value resets the property.') }, ['account', 'set']),
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
        key: text('Only this secret, by its name among the properties; without it all of the account.'),
        password: secret('Password at the ISP'),
      },
      ['account', 'password'],
    ),
  },
] as const satisfies readonly CommandDeclaration[];
