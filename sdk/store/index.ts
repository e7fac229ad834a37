// What every store does alike, whatever its engine: rules on which mail depends, and sentences that people read. For authors of stores; the suite in
// `@postroom/sdk/testing/store` checks what they build with it. Not part of what plugins of strangers are promised: any version may change it.

export * from './bufferPressure.js';
export * from './commitStatistics.js';
export * from './stagedMessage.js';
export * from './uidl.js';
