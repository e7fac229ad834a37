// Who may log in: mail programs, and people in the manager.
import type { PluginContext } from '@postroom/sdk';
import { Accounts, Authenticator, Clock, Events, SecretStore } from '@postroom/sdk/services';
import { PasswordAuthenticator } from './authenticator.js';
import { SharedNameLogins } from './sharedNameLogins.js';

export function activate(context: PluginContext): void {
  const [accounts, clock] = [context.get(Accounts), context.get(Clock)];
  const sharedNames = new SharedNameLogins(accounts, clock, context.get(Events), context.log);
  const authenticator = new PasswordAuthenticator(accounts, context.get(SecretStore), clock, context.log, sharedNames);
  context.subscriptions.push(authenticator);
  context.provide(Authenticator, authenticator);
  context.commands.register('logins.check', () =>
    sharedNames.problems.map(({ account, sentence }) => ({ check: `logins of ${account}`, state: 'warning', text: sentence })),
  );
}
