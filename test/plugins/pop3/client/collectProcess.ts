// Collects once from a server that means harm, in a process of its own, whose memory is then this round's. Arguments: port, days that mail stays.
// Prints a line of JSON: megabytes that the process grew by at its peak, codes of what failed, problems told.

import { activate } from '#plugins/pop3/dist/plugin.js';
import { ACCOUNT, certificate, FakeHost } from '../support/fakeHost.js';
import { FakeIntake, FakeJournal } from '../support/fakeIntake.js';

const [port = '0', days = '0'] = process.argv.slice(2);
const host = new FakeHost(await certificate());
Object.assign(host.accountValues, {
  'pop3.host': '127.0.0.1',
  'pop3.port': Number(port),
  'pop3.security': 'plain',
  'pop3.leaveOnServerDays': Number(days),
  'pop3.timeouts.replySeconds': 600,
  'pop3.maxMessageBytes': 4 * 1024 * 1024,
});
activate(host.context());
/** What it notes is on disk. */
class ForgetfulJournal extends FakeJournal {
  override async attempt(): Promise<void> {}
  override async ended(): Promise<void> {}
  override async listed(): Promise<void> {}
}
const journal = new ForgetfulJournal();

/** Megabytes, the most so far. */
const peak = (): number => process.resourceUsage().maxRSS / 1024;
const before = peak();
const report = await host.fetch?.(
  { account: ACCOUNT, reason: 'user', intake: new FakeIntake(journal), journal, tell: async () => undefined, progress: () => undefined },
  { signal: AbortSignal.timeout(120_000) },
);
const failed = report?.failed ?? [];
process.stdout.write(
  `${JSON.stringify({ grown: peak() - before, codes: [...new Set(failed.map(({ code }) => code))], problems: failed.length })}\n`,
);
process.exit(0);
