// The journal counts the days that mail stays at the ISP: only time that passed.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { VirtualClock } from '../virtualClock.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { journalOf } from './testMail.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function journalClockSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`The journal and the clock on ${engine}`, () => {
    let clock: VirtualClock;
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      clock = new VirtualClock();
      place = await make();
      store = await place.open({ clock });
      await store.journal.followClock();
      await note('a');
    });
    afterEach(() => place.dispose());

    const note = async (uidl: string): Promise<void> => (await journalOf(store)).attempt([uidl]);
    /** Milliseconds by which an entry is old, as a round sees it. */
    async function age(uidl = 'a'): Promise<number> {
      await store.journal.followClock();
      return clock.now().getTime() - ((await store.journal.entries('company')).get(uidl)?.since.getTime() ?? Number.NaN);
    }

    for (const jump of [2 * MINUTE, HOUR, 12 * HOUR, 35 * HOUR, 400 * DAY]) {
      it(`F41 knows a jump of ${jump / MINUTE} minutes from time, ahead and back`, async () => {
        await clock.advance(3 * HOUR);
        for (const by of [jump, -jump, -jump, jump]) {
          clock.jump(by);
          expect(await age()).to.equal(3 * HOUR);
        }
        await clock.advance(5 * HOUR);
        clock.jump(jump);
        await clock.advance(40 * HOUR);
        expect(await age(), 'time that passed beside the jump').to.equal(48 * HOUR);
      });
    }

    it('counts a jump once, however many ask at once', async () => {
      await clock.advance(HOUR);
      for (const jump of [12 * HOUR, -12 * HOUR]) {
        clock.jump(jump);
        await Promise.all([store.journal.followClock(), store.journal.followClock()]);
        expect(await age()).to.equal(HOUR);
      }
    });

    it('F41 moves nothing that another account notes behind a jump back', async () => {
      await clock.advance(HOUR);
      clock.jump(-3 * DAY);
      const written = [note('b'), store.journal.followClock()];
      // The writing takes a second.
      clock.jump(1_000);
      await Promise.all(written);
      expect(await age('b')).to.equal(0);
    });

    it('F41 counts every hour that passes, however often it is asked', async () => {
      for (let look = 1; look <= 50; look += 1) {
        await clock.advance(37 * MINUTE);
        expect(await age()).to.equal(look * 37 * MINUTE);
      }
      await clock.advance(30 * DAY);
      expect(await age(), 'though nobody looked for a month').to.equal(30 * DAY + 50 * 37 * MINUTE);
    });

    it('takes what a time server does for time', async () => {
      for (let look = 1; look <= 10; look += 1) {
        clock.jump(900);
        await clock.advance(HOUR);
        expect(await age()).to.equal(look * (HOUR + 900));
      }
    });

    it('F43 lengthens the stay by the hours that the machine slept', async () => {
      await clock.advance(HOUR);
      // What Linux does: the wall clock goes on, the monotonic one does not.
      clock.jump(8 * HOUR);
      await clock.advance(HOUR);
      expect(await age()).to.equal(2 * HOUR);
    });

    it('makes nothing older that was noted behind a jump and before anybody knew of it', async () => {
      for (const jump of [12 * HOUR, -12 * HOUR]) {
        await clock.advance(10 * MINUTE);
        clock.jump(jump);
        await note(`behind ${jump}`);
        await clock.advance(5 * MINUTE);
        expect(await age(`behind ${jump}`)).to.be.within(0, 5 * MINUTE);
      }
      expect(await age()).to.equal(30 * MINUTE);
    });

    it('F41 knows over a stop only what can hardly be time, and moves what the ISP no longer lists too', async () => {
      const ageAfterStop = async (passed: number): Promise<number> => {
        await place.close(store);
        clock.jump(passed);
        store = await place.open({ clock });
        return age();
      };
      await (await journalOf(store)).listed([]);
      expect(await ageAfterStop(400 * DAY)).to.equal(0);
      expect(await store.journal.prune(35)).to.equal(0);
      expect(await ageAfterStop(-400 * DAY)).to.equal(0);
      expect(await ageAfterStop(DAY)).to.equal(DAY);
      expect(await ageAfterStop(-12 * HOUR)).to.equal(DAY);
      clock.jump(-7 * HOUR);
      expect(await age(), 'and of this process all again').to.equal(DAY);
      await clock.advance(35 * DAY);
      await store.journal.followClock();
      expect(await store.journal.prune(35)).to.equal(1);
    });

    it('keeps a jump in mind where the disk does not take it', async () => {
      clock.jump(12 * HOUR);
      await place.close(store);
      expect(await store.journal.followClock().catch(() => 'refused')).to.equal('refused');
      store = await place.open({ clock });
      expect(await age()).to.equal(12 * HOUR);
    });
  });
}
