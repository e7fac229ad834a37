// What stands in the settings, and how it is read and edited: for the host and for the product's plugins that change settings. Not part of what plugins of
// strangers are promised: any version may change it.

export * from './collectors.js';
export * from './domains.js';
export * from './editBy.js';
export * from './editions.js';
export * from './names.js';
export * from './neededProperties.js';
export * from './nodes.js';
export * from './offeredKind.js';
export * from './orFail.js';
export * from './problemLine.js';
export * from './settingsAuthors.js';
export * from './settingsChanges.js';
export * from './settingsLayout.js';
export * from './settingsReader.js';
export * from './textDiff.js';
export * from './typedValue.js';
export * from './userReferences.js';
