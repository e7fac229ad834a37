// Taps that looked at a message at the same time each answered a plan made from the same one. Their changes are put one behind the other, in the
// order of the taps, as if each had seen the one before.
import { isSameMailbox, type MailboxRef, type SortPlan } from '@postroom/sdk';
import { addressKey, type PlanState, placesByAddress, planFrom, stateOf } from '@postroom/sdk/mail';

/** `onto` with everything that was changed between `before` and `after`. `replay(before, before, after)` is `after`. */
export function replay(onto: SortPlan, before: SortPlan, after: SortPlan): SortPlan {
  if (onto === before) {
    return after;
  }
  const [base, old, now] = [stateOf(onto), stateOf(before), stateOf(after)];
  return planFrom({
    ...base,
    addressed: addressedOf(base, old, now),
    mailboxes: [
      ...base.mailboxes.filter((mailbox) => !has(old.mailboxes, mailbox) || has(now.mailboxes, mailbox)),
      ...now.mailboxes.filter((mailbox) => !has(old.mailboxes, mailbox) && !has(base.mailboxes, mailbox)),
    ],
    tags: [...new Set([...base.tags, ...now.tags.filter((tag) => !old.tags.includes(tag))])],
    disposition: now.disposition === old.disposition ? base.disposition : now.disposition,
    rung: base.rung ?? now.rung,
    addHeaders: [...base.addHeaders, ...now.addHeaders.slice(old.addHeaders.length)],
    concealed: [...base.concealed, ...now.concealed.filter(({ index }) => !base.concealed.some((known) => known.index === index))],
    traceMark: base.traceMark ?? now.traceMark,
    notes: [...base.notes, ...now.notes.slice(old.notes.length)],
  });
}

function has(mailboxes: readonly MailboxRef[], mailbox: MailboxRef): boolean {
  return mailboxes.some((other) => isSameMailbox(other, mailbox));
}

/** Addresses that are new, and on the others the names that were put on or taken off. */
function addressedOf(base: PlanState, old: PlanState, now: PlanState): PlanState['addressed'] {
  const [before, after] = [placesByAddress(old), placesByAddress(now)];
  const kept = base.addressed.map((entry) => {
    const key = addressKey(entry.address);
    const [was, is] = [before.get(key) ?? [], after.get(key) ?? []];
    const placed = [
      ...entry.placed.filter((by) => !was.includes(by) || is.includes(by)),
      ...is.filter((by) => !was.includes(by) && !entry.placed.includes(by)),
    ];
    return { ...entry, placed };
  });
  const known = placesByAddress(base);
  return [...kept, ...now.addressed.filter((entry) => !known.has(addressKey(entry.address)))];
}
