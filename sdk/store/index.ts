// What every store does alike, whatever its engine: rules on which mail depends, and sentences that people read. For authors of stores; the suite in
// `@postroom/sdk/testing/store` checks what they build with it. Not part of what plugins of strangers are promised: any version may change it.

export * from './activityColumns.js';
export * from './bufferPressure.js';
export * from './clockJumps.js';
// How the store does.
export * from './commitStatistics.js';
export * from './copyColumns.js';
export * from './duplicates.js';
// What is remembered.
export * from './journalEntries.js';
export * from './journalRules.js';
// Its copies in mailboxes.
export * from './mailboxKey.js';
export * from './messageColumns.js';
export * from './messageErrors.js';

// The Outbox.
export * from './outboxReports.js';
export * from './outboxTally.js';
export * from './pieces.js';
export * from './resorting.js';
// A message comes in, and is read.
export * from './stagedMessage.js';
// Storages of plugins.
export * from './storageEntry.js';
export * from './traces.js';
export * from './uidl.js';
