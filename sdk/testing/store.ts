// A suite that every store has to pass, for authors of one. An entry by itself: it runs in mocha and needs chai, which other tests may do without.
export { type StoreSuiteOptions, storeSuite } from './storeSuite/storeSuite.js';
export type { StorePlace, TestedStore, TestedStoreOptions } from './storeSuite/testedStore.js';
export {
  ANDREW,
  CAROLYN,
  collect,
  describeMail,
  draft,
  GREG,
  journalOf,
  type MailSketch,
  mail,
  openMaildrop,
  pickUp,
  put,
} from './storeSuite/testMail.js';
