// Every page of the manager, with what there is to see on it.

export const PAGES = [
  ['overview', '/'],
  ['outbox', '/outbox'],
  ['mailboxes', '/mailboxes'],
  ['mailbox', '/mailboxes/andrew%40company'],
  ['log', '/log'],
  ['trace', '/trace?query=andrew'],
  ['try-it', '/trace?view=try'],
  ['accounts', '/accounts/company'],
  ['timer', '/timer'],
  ['sheets', '/sheets'],
  ['setup', '/setup'],
  ['settings', '/settings'],
  ['settings-text', '/settings?view=text'],
  ['plugins', '/plugins'],
  ['licence', '/licence'],
  ['doctor', '/doctor'],
  ['backups', '/backups'],
  ['access', '/access'],
  ['nowhere', '/no-such-page'],
] as const;
