// Reading mail: headers and addresses, the views that taps get, and sort plans. Shared by the host and the plugins of the product; not part of what
// plugins of strangers are promised: any version may change it.

export * from './addresses.js';
export * from './copy.js';
export * from './decisionReason.js';
export * from './encodedWords.js';
export * from './header.js';
export * from './headerOctets.js';
export * from './mailView.js';
export * from './octets.js';
export * from './planState.js';
export * from './sortPlan.js';
export * from './surplusCopy.js';
export * from './waitingCode.js';
