// A suite that every store has to pass, for authors of one. An entry by itself: it runs in mocha and needs chai, which other tests may do without.
export { type StoreSuiteOptions, storeSuite } from './storeSuite/storeSuite.js';
export type { StorePlace, TestedStore, TestedStoreOptions } from './storeSuite/testedStore.js';
export {
  ANDREW,
  CAROLYN,
  describeMail,
  GREG,
  journalOf,
  type MailSketch,
  mail,
  octetsOf,
  openMaildrop,
  outboxDraft,
  pickUp,
  put,
} from './storeSuite/testMail.js';
export { allRecords, fillStore, moveAll } from './storeSuite/transferred.js';
