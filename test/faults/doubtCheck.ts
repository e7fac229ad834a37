// Holds what a server says of mail in doubt against what the ISP saw: told of is what it may have without our knowing, and nothing else; and that is
// not sent again at once.
import type { PracticeIsp } from '@postroom/sdk/testing';
import type { VictimProcess } from './victimProcess.js';

interface Waiting {
  readonly entry: number;
  readonly recipient: string;
  readonly doubts?: number;
}

interface Line {
  readonly id: number;
  readonly details: { readonly recipients?: readonly string[]; readonly unsure?: boolean };
}

/** Sessions with ISPs that a server has at a time: one an account. */
const SESSIONS = 2;

export class DoubtCheck {
  /** Log lines up to this one have been looked at. */
  #seen = 0;
  readonly #received: string[] = [];
  #before = 0;
  /** Messages that were told of. */
  told = 0;

  constructor(private readonly isp: PracticeIsp) {
    isp.onDidReceive(({ recipients }) => void this.#received.push(...recipients));
  }

  /** A life begins to work: what the ISP sees from here on is this life's. */
  begin(): void {
    this.isp.log.clear();
    this.#before = this.#received.length;
  }

  /**
   * After the restart: one round for what is not in doubt, then what is in doubt is sent again by a person's word. Answers what was wrong. `isKilled`:
   * a life that worked was killed before.
   */
  async judge(victim: VictimProcess, isKilled: boolean): Promise<readonly string[]> {
    const asked = recipientsWithText(this.isp);
    const received = new Set(this.#received.slice(this.#before));
    const waiting = await victim.run<readonly Waiting[]>('outbox.list');
    const log = await victim.run<readonly Line[]>('log.read', { limit: 100, text: 'possibly sent' });
    const lines = log.filter(({ id, details }) => id > this.#seen && details.unsure === true);
    this.#seen = Math.max(this.#seen, ...lines.map(({ id }) => id));
    this.told += lines.length;
    const told = new Set(lines.flatMap(({ details }) => details.recipients ?? []));
    const problems = [
      ...[...told]
        .filter((recipient) => !asked.has(recipient))
        .map((recipient) => `${recipient} was told of, and its text was never asked for`),
      ...waiting
        .filter(({ recipient }) => isKilled && received.has(recipient) && !told.has(recipient))
        .map(({ recipient }) => `${recipient} has it, still waits, and nobody was told`),
      ...(lines.length > SESSIONS ? [`${lines.length} messages were told of after one kill`] : []),
    ];
    const doubtful = waiting.filter(({ doubts = 0 }) => doubts > 0);
    const count = this.#received.length;
    await victim.run('send-receive');
    const again = this.#received.slice(count).filter((recipient) => doubtful.some((each) => each.recipient === recipient));
    if (doubtful.length > 0) await victim.run('outbox.retry', { entries: doubtful.map(({ entry }) => entry) });
    return [...problems, ...again.map((recipient) => `${recipient} was in doubt and got it again at once`)];
  }
}

/** Whose text an ISP asked for (354), by the wire. */
function recipientsWithText(isp: PracticeIsp): ReadonlySet<string> {
  const asked = new Set<string>();
  const current = new Map<number, string[]>();
  for (const { protocol, connection, from, line } of isp.log.lines) {
    if (protocol !== 'smtp') continue;
    if (from === 'client' && /^MAIL /i.test(line)) current.set(connection, []);
    const recipient = from === 'client' ? /^RCPT TO:<([^>]*)>/i.exec(line)?.[1] : undefined;
    if (recipient !== undefined) current.get(connection)?.push(recipient);
    if (from === 'server' && line.startsWith('354')) for (const each of current.get(connection) ?? []) asked.add(each);
  }
  return asked;
}
