// What every store promises of its journal: that entries become what the rules say, in whichever order things happen.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { SystemClock } from '../../base/clock.js';
import type { AccountJournal, JournalEntry, WaitingOrder } from '../../fetching.js';
import type { NoticeDraft } from '../../services.js';
import { attemptedEntry, endedEntry, goneEntry, listedEntry, orderedEntry, storedEntry, toldEntry } from '../../store/journalRules.js';
import { randomOf } from './random.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, journalOf, mail } from './testMail.js';

const UIDLS = ['a', 'b', 'c', 'd', '__proto__', 'ü "\'%'];
const STEPS = 150;
const ORDERS: readonly WaitingOrder[] = ['fetch', 'delete', 'leave'];

export function journalRulesSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`The rules of the journal on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    let journal: AccountJournal;
    let now: Date;
    let entries: Map<string, JournalEntry>;
    beforeEach(async () => {
      place = await make();
      now = new Date(2026, 10, 23, 12);
      store = await place.open({ clock: Object.assign(new SystemClock(), { now: () => now }) });
      journal = await journalOf(store);
      entries = new Map();
    });
    afterEach(() => place.dispose());

    const change = (uidl: string, to: (before: JournalEntry) => JournalEntry | undefined): boolean => {
      const before = entries.get(uidl);
      const after = before && to(before);
      if (after !== undefined) entries.set(uidl, after);
      return after !== undefined;
    };

    async function stores(uidl: string, headerPrint: string | undefined): Promise<void> {
      const unit = await mail(store, { to: [ANDREW], uidl });
      if (unit.journal === undefined) return;
      const draft = { ...unit.journal, ...(headerPrint !== undefined && { headerPrint }) };
      await store.mailStore.commit({ ...unit, journal: draft });
      entries.set(uidl, storedEntry(draft, now));
    }

    async function tells(uidl: string, headerPrint: string | undefined): Promise<void> {
      const notice = { why: 'too-large', from: 'lisa@works.example', subject: 'Photos', told: [ANDREW] } as const;
      const draft: NoticeDraft = { account: 'company', uidl, listedSize: 99_000_000, headerPrint, notice };
      await store.mailStore.commit({ ...(await mail(store, { to: [ANDREW] })), tells: draft });
      entries.set(uidl, toldEntry(draft, entries.get(uidl), now));
    }

    for (const seed of [1, 2]) {
      it(`hold for whatever happens to messages at the ISP, in whichever order (${seed})`, async () => {
        const random = randomOf(seed);
        const some = (): readonly string[] => UIDLS.filter(() => random(3) === 0);
        for (let step = 0; step < STEPS; step += 1) {
          now = new Date(now.getTime() + 1_000);
          const uidl = UIDLS[random(UIDLS.length)] ?? '';
          const print = random(2) === 0 ? `print ${step}` : undefined;
          const what = random(7);
          if (what === 0) await stores(uidl, print);
          else if (what === 1) await tells(uidl, print);
          else if (what === 2) {
            const order = ORDERS[random(3)] ?? 'leave';
            const isTaken = await store.journal.order('company', uidl, order);
            expect(isTaken, `an order after ${step} steps`).to.equal(change(uidl, (before) => orderedEntry(before, order)));
          } else if (what === 3) {
            const listed = some();
            await journal.listed(listed);
            for (const each of entries.keys()) change(each, (before) => listedEntry(before, listed.includes(each)));
          } else if (what === 4) {
            const tried = some();
            await journal.attempt([...tried, ...tried]);
            for (const each of tried) entries.set(each, attemptedEntry(each, entries.get(each), now));
          } else if (what === 5) {
            const [failed, untried] = [some(), some()];
            await journal.ended({ failed, untried: untried.filter((each) => !failed.includes(each)) });
            for (const each of failed) change(each, (before) => endedEntry(before, 'failed'));
            for (const each of untried.filter((other) => !failed.includes(other))) change(each, (before) => endedEntry(before, 'untried'));
          } else {
            const gone = some();
            await journal.gone(gone);
            for (const each of gone) change(each, goneEntry);
          }
          expect(Object.fromEntries(await journal.entries()), `step ${step}: ${what}`).to.deep.equal(Object.fromEntries(entries));
        }
      });
    }
  });
}
