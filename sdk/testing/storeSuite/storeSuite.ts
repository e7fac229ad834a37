// What every store promises, by its contracts, whichever engine it has. A store's tests call this with a place for each test.
import { journalClockSuite } from './journalClockSuite.js';
import { maildropSuite } from './maildropSuite.js';
import { mailStoreSuite } from './mailStoreSuite.js';
import { outboxSuite } from './outboxSuite.js';
import { recordSuite } from './recordSuite.js';
import type { StorePlace } from './testedStore.js';

/** Declares the tests, for mocha. `engine` names the store in their titles; `make` answers an empty place, for each test a new one. */
export function storeSuite(engine: string, make: () => Promise<StorePlace>): void {
  for (const suite of [mailStoreSuite, maildropSuite, outboxSuite, recordSuite, journalClockSuite]) suite(engine, make);
}
