// nodes: the servers on the store, and what each of them alone does, in people's words. Pure.
import type { StoreServer } from '@postroom/sdk/services';

/** As `nodes` answers it. */
export interface StoreServerRow {
  readonly server: string;
  /** `this`: whoever answers. `gone`: not heard of for so long that others may take what it holds. */
  readonly state: 'this' | 'running' | 'gone';
  readonly since: Date;
  readonly heardAt: Date;
  /** What it holds, and since when. */
  readonly holds: Readonly<Record<string, Date>>;
}

/** Open mailboxes of a server that are named; an office with more wants to know how many. */
const MOST_MAILBOXES = 20;

const WORDS: Readonly<Record<string, string>> = {
  schedule: 'timer',
  tidy: 'tidying',
  migrate: 'update of the database',
  held: 'held mail',
  blocked: 'notice of held mail',
};
const KINDS: Readonly<Record<string, string>> = { round: 'collecting', send: 'sending for', maildrop: 'mailbox', job: 'job' };

type Held = StoreServer['holds'][number];

export function storeServerRows(servers: readonly StoreServer[]): readonly StoreServerRow[] {
  return servers.map(({ name, isThis, isGone, since, heardAt, holds }) => ({
    server: name,
    state: isThis ? 'this' : isGone ? 'gone' : 'running',
    since,
    heardAt,
    holds: Object.fromEntries(named(holds)),
  }));
}

/** Work first, then mailboxes, the longest open ones by name. */
function named(holds: readonly Held[]): readonly (readonly [string, Date])[] {
  const bySince = [...holds].sort((one, other) => one.since.getTime() - other.since.getTime());
  const mailboxes = bySince.filter(isMailbox);
  const [next, ...more] = mailboxes.slice(MOST_MAILBOXES);
  const shown = [...bySince.filter((held) => !isMailbox(held)), ...mailboxes.slice(0, MOST_MAILBOXES)];
  return [
    ...shown.map(({ lease, since }) => [inWords(lease), since] as const),
    ...(next === undefined ? [] : [[more.length === 0 ? '1 more mailbox' : `${more.length + 1} more mailboxes`, next.since] as const]),
  ];
}

function isMailbox({ lease }: Held): boolean {
  return lease.startsWith('maildrop/');
}

/** `round/company` -> `collecting company`. What a plugin took under a name that is not known here stays as it is. */
function inWords(lease: string): string {
  const slash = lease.indexOf('/');
  const kind = slash < 0 ? undefined : KINDS[lease.slice(0, slash)];
  return kind === undefined ? (WORDS[lease] ?? lease) : `${kind} ${lease.slice(slash + 1)}`;
}
