// What every store promises, by its contracts, whichever engine it has. A store's tests call this with a place for each test.
import { describe, it } from 'mocha';
import { documentSuite, sharedDocumentSuite } from './documentSuite.js';
import { endSuite } from './endSuite.js';
import { journalClockSuite } from './journalClockSuite.js';
import { journalRulesSuite } from './journalRulesSuite.js';
import { leaseSuite } from './leaseSuite.js';
import { maildropSuite } from './maildropSuite.js';
import { mailStoreSuite } from './mailStoreSuite.js';
import { octetsSuite } from './octetsSuite.js';
import { outboxSuite } from './outboxSuite.js';
import { outcomeSuite } from './outcomeSuite.js';
import { recordSuite } from './recordSuite.js';
import { severalServersSuite } from './severalServersSuite.js';
import { takeoverSuite } from './takeoverSuite.js';
import type { StorePlace } from './testedStore.js';
import { transferSuite } from './transferSuite.js';
import { unitSuite } from './unitSuite.js';

const LONGEST_TEST_MS = 60_000;

export interface StoreSuiteOptions {
  /** Also what takes minutes: a mailbox of 100,000 messages, a message of 200 MB. Otherwise smaller ones. */
  readonly isLong?: boolean;
  /** The engine has one server by its nature: what is promised of several is left out, in one line. */
  readonly isForOneServer?: boolean;
}

/** Declares the tests, for mocha. `engine` names the store in their titles; `make` answers an empty place, for each test a new one. */
export function storeSuite(
  engine: string,
  make: () => Promise<StorePlace>,
  { isLong = false, isForOneServer = false }: StoreSuiteOptions = {},
): void {
  describe(`A store on ${engine}`, function () {
    this.timeout(LONGEST_TEST_MS);
    const suites = [
      mailStoreSuite,
      unitSuite,
      maildropSuite,
      outboxSuite,
      recordSuite,
      journalRulesSuite,
      journalClockSuite,
      documentSuite,
      leaseSuite,
      outcomeSuite,
      endSuite,
      transferSuite,
    ];
    for (const suite of suites) suite(engine, make);
    octetsSuite(engine, make, isLong);
    if (isForOneServer) it('is left out where it is about several servers: this one has one');
    else for (const suite of [severalServersSuite, sharedDocumentSuite, takeoverSuite]) suite(engine, make);
  });
}
