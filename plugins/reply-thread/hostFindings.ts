// What there is to know about smart hosts that replace Message-IDs, for the doctor and the command line. Pure.
import type { IdChange, IdChanges } from './idChanges.js';

/** A row for each account whose host does. */
export interface HostFinding extends IdChange {
  readonly account: string;
  /** As the doctor's. */
  readonly state: 'well' | 'warning';
  /** What it means, and what to do. */
  readonly text: string;
}

export function hostFindings(accounts: readonly string[], changes: IdChanges): readonly HostFinding[] {
  return accounts.flatMap((account) => {
    const change = changes.of(account);
    return change === undefined
      ? []
      : [{ account, ...change, state: change.kind === 'told' ? 'well' : 'warning', text: textFor(account, change) }];
  });
}

function textFor(account: string, { kind, since, example }: IdChange): string {
  const what = `The ISP of ${account} replaces the Message-ID of mail that it sends (${example} on ${since.slice(0, 10)})`;
  return kind === 'told'
    ? `${what}. Answers are recognised by the id in its reply to the end of the data; there is nothing to do.`
    : `${what}, and does not say the new one. Mail sent since then names itself in References, by which answers are recognised; an answer to older mail that names nobody goes to ADMIN1. Where the account has another ISP by now: postroom reply-thread hosts ${account} --forget`;
}
