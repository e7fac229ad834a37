// The shape of test/fixtures/sorting/*.json: one case of the sorting rules each.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An account as in settings.json: dotted keys are settings, `users` holds the users with theirs. */
export interface CaseAccount {
  readonly kind: string;
  readonly address: string;
  readonly users: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly [setting: string]: unknown;
}

/** Messages that are all expected to be sorted alike, one after the other, on the same server. */
export interface CaseRun {
  /** Account that the ISP mailbox belongs to. Default: the first. */
  readonly account?: string;
  readonly origin?: 'fetched' | 'submitted' | 'bounce' | 'resorted';
  readonly author?: string;
  readonly from?: string;
  readonly recipients?: readonly string[];
  /** Envelope recipients that leave through the ISP. */
  readonly outside?: readonly string[];
  /** What the ISP answers to the end of the data. Default: `250 2.0.0 Ok`. */
  readonly reply?: string;
  /** Header lines and what is put before or behind them; the test adds nothing. */
  readonly messages?: readonly string[];
  /** The same in base64, where octets matter. */
  readonly base64?: readonly string[];
  /** Names of users who are gone by the time of this run. */
  readonly removed?: readonly string[];
  /** Former names of users and the names they have from this run on. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly expect?: Expectation;
  /** The messages are taken in, as fetched; then these users have so many messages, and nobody else has any. */
  readonly delivered?: Readonly<Record<string, number>>;
}

export interface Expectation {
  /** Names of users, `admin1`; order does not count. */
  readonly mailboxes: readonly string[];
  readonly rung?: string;
  /** Text that some tap gave as its reason. */
  readonly reason?: string;
  readonly disposition?: string;
  readonly tags?: readonly string[];
  readonly addHeaders?: readonly string[];
  /** Names of concealed fields. */
  readonly concealed?: readonly string[];
}

export interface SortingCase {
  readonly case: string;
  readonly title: string;
  readonly server?: Readonly<Record<string, unknown>>;
  readonly accounts: Readonly<Record<string, CaseAccount>>;
  readonly runs: readonly CaseRun[];
}

const FOLDER = new URL('../../../fixtures/sorting/', import.meta.url);

export function readSortingCases(): readonly SortingCase[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(fileURLToPath(new URL(name, FOLDER)), 'utf8')) as SortingCase);
}

/** The octets of a run's messages. */
export function messagesOf(run: CaseRun): readonly Buffer[] {
  return [...(run.messages ?? []).map((text) => Buffer.from(text)), ...(run.base64 ?? []).map((text) => Buffer.from(text, 'base64'))];
}
