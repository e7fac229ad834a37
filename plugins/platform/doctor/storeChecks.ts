// The database: whole, durable, and with room to grow.
import type { CheckResult } from '@postroom/sdk';
import { isStoreAway } from '@postroom/sdk/base';
import type { ActivityLog, Clock, FreeSpace, MailStore, StoreMaintenance } from '@postroom/sdk/services';
import { finding } from './findings.js';

const DAY_MS = 86_400_000;
/** Nothing was made before this. */
const EARLIEST = Date.UTC(2026, 0, 1);

export async function checkDatabase(maintenance: StoreMaintenance): Promise<CheckResult> {
  const { trouble } = maintenance;
  if (trouble !== undefined) {
    const sentence = isStoreAway(trouble)
      ? `Nothing is written: ${trouble.message} Postroom goes on by itself when that has passed.`
      : `Nothing is written since the disk failed: ${trouble.message} Postroom goes on by itself when the disk does.`;
    return finding('problem', 'database', sentence);
  }
  await maintenance.quickCheck();
  const { messages, octets, copies, outbox } = await maintenance.census();
  return finding(
    'well',
    'database',
    `The database is whole: ${messages} messages (${Math.ceil(octets / 2 ** 20)} MB), ${copies} copies in mailboxes, ${outbox} recipients in the Outbox.`,
  );
}

export async function checkDurability(maintenance: StoreMaintenance): Promise<CheckResult> {
  return finding('well', 'durability', `Commits survive a power cut: ${await maintenance.assertDurable()}`);
}

export async function checkRoom(space: FreeSpace, store: MailStore): Promise<CheckResult> {
  const sentence = await space.problem();
  if (sentence !== undefined) return finding('problem', 'disk', sentence);
  const { free, place } = await store.room(0);
  const room =
    free === undefined
      ? `There is room on ${place}; how much is for its own administrator to see.`
      : `${Math.floor(free / 2 ** 20)} MB are free on ${place}.`;
  return finding('well', 'disk', room);
}

/** A clock that is wrong shows in the log, whose newest entry is in the past of a right one. */
export async function checkClock(clock: Clock, log: ActivityLog): Promise<CheckResult> {
  const now = clock.now();
  const [newest] = await log.read({ limit: 1 });
  const way = 'Set the clock, best by a time server (NTP): the timer, certificates and the log go by it.';
  if (now.getTime() < EARLIEST) {
    return finding('problem', 'clock', `This machine's clock says ${now.toISOString()}, which can't be. ${way}`);
  }
  if (newest !== undefined && newest.at.getTime() > now.getTime() + DAY_MS) {
    return finding(
      'warning',
      'clock',
      `The clock says ${now.toISOString()}, and the log has an entry of ${newest.at.toISOString()}: it was or is wrong. ${way}`,
    );
  }
  return finding('well', 'clock', `It is ${now.toISOString()}.`);
}

export async function checkSetAside(store: MailStore): Promise<CheckResult> {
  const waiting = await store.setAside();
  return waiting.length === 0
    ? finding('well', 'held mail', 'No mail waits for the administrator.')
    : finding('warning', 'held mail', `${waiting.length} messages are held, in quarantine or discarded. Look at them: postroom held list`);
}
