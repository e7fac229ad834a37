// What every store does alike, whatever its engine: rules on which mail depends, and sentences that people read. For authors of stores; the suite in
// `@postroom/sdk/testing/store` checks what they build with it. Not part of what plugins of strangers are promised: any version may change it.

export * from './activityColumns.js';
export * from './bufferPressure.js';
export * from './clockJumps.js';
export * from './commitStatistics.js';
export * from './copyColumns.js';
export * from './countedEntries.js';
export * from './duplicates.js';
export * from './journalEntries.js';
export * from './journalRules.js';
export * from './mailboxKey.js';
export * from './messageColumns.js';
export * from './messageErrors.js';
export * from './numberRows.js';
export * from './outboxColumns.js';
export * from './outboxReports.js';
export * from './outboxTally.js';
export * from './pages.js';
export * from './pieces.js';
export * from './recordColumns.js';
export * from './resorting.js';
export * from './stagedMessage.js';
export * from './storageEntry.js';
export * from './traces.js';
export * from './uidl.js';
