// The command smtp.host-notes: what the doctor has to say of the servers that mail leaves by, beyond their login.
import type { Accounts } from '@postroom/sdk/services';
import type { HostHabits } from './hostHabits.js';
import { type IspSettings, ispServerOf } from './ispSettings.js';
import { type NullSenderSetting, nullSenderSentence } from './nullSender.js';

export interface HostNote {
  readonly account: string;
  /** As the doctor's. */
  readonly state: 'warning';
  /** What it means, and what to do. */
  readonly text: string;
}

interface Services extends IspSettings {
  readonly accounts: Accounts;
  readonly habits: HostHabits;
}

/** Nothing where nothing is out of the ordinary, or nothing has been sent since the server started. */
export async function hostNotes(services: Services): Promise<readonly HostNote[]> {
  const { accounts, settings, habits } = services;
  const notes: HostNote[] = [];
  for (const account of accounts.all) {
    // An account that is not set up yet is for other checks.
    const server = await ispServerOf(account, services).catch(() => undefined);
    if (server === undefined || habits.of(server).refusesNullSender !== true) continue;
    const setting = settings.forAccount<NullSenderSetting>(account.id, 'smtp.nullSender');
    notes.push({ account: account.id, state: 'warning', text: nullSenderSentence(server.host, account, setting) });
  }
  return notes;
}
