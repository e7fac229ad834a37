// Every page of the manager: address, name, and its code, loaded when it is opened.
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

export interface PageEntry {
  readonly path: string;
  readonly name: string;
  /** In the navigation. */
  readonly group?: 'mail' | 'office' | 'server';
  readonly page: ComponentType | LazyExoticComponent<ComponentType>;
}

export const PAGES: readonly PageEntry[] = [
  { path: '/outbox', name: 'Outbox', group: 'mail', page: lazy(async () => ({ default: (await import('./outbox.js')).OutboxPage })) },
  {
    path: '/mailboxes',
    name: 'Mailboxes',
    group: 'mail',
    page: lazy(async () => ({ default: (await import('./mailboxes.js')).MailboxesPage })),
  },
  { path: '/mailboxes/:name', name: 'Mailbox', page: lazy(async () => ({ default: (await import('./mailboxes.js')).MailboxPage })) },
  { path: '/log', name: 'Log', group: 'mail', page: lazy(async () => ({ default: (await import('./log.js')).LogPage })) },
  { path: '/trace', name: 'Trace', group: 'mail', page: lazy(async () => ({ default: (await import('./trace.js')).TracePage })) },
  {
    path: '/accounts/:account?',
    name: 'Accounts and users',
    group: 'office',
    page: lazy(async () => ({ default: (await import('./accounts.js')).AccountsPage })),
  },
  { path: '/timer', name: 'Timer', group: 'office', page: lazy(async () => ({ default: (await import('./timer.js')).TimerPage })) },
  {
    path: '/sheets/:account?',
    name: 'Client sheets',
    group: 'office',
    page: lazy(async () => ({ default: (await import('./sheets.js')).SheetsPage })),
  },
  { path: '/setup', name: 'Setup Wizard', group: 'office', page: lazy(async () => ({ default: (await import('./setup.js')).SetupPage })) },
  {
    path: '/settings',
    name: 'Settings',
    group: 'server',
    page: lazy(async () => ({ default: (await import('./settings.js')).SettingsPage })),
  },
  { path: '/plugins', name: 'Plugins', group: 'server', page: lazy(async () => ({ default: (await import('./plugins.js')).PluginsPage })) },
  {
    path: '/licence',
    name: 'Licence and device',
    group: 'server',
    page: lazy(async () => ({ default: (await import('./licence.js')).LicencePage })),
  },
  { path: '/doctor', name: 'Doctor', group: 'server', page: lazy(async () => ({ default: (await import('./doctor.js')).DoctorPage })) },
  { path: '/backups', name: 'Backups', group: 'server', page: lazy(async () => ({ default: (await import('./backups.js')).BackupsPage })) },
  {
    path: '/access',
    name: 'Logins and API',
    group: 'server',
    page: lazy(async () => ({ default: (await import('./access.js')).AccessPage })),
  },
];

/** The address without its parameters: where the navigation leads. */
export function addressOf({ path }: PageEntry): string {
  return path.replace(/\/:.*$/, '');
}
