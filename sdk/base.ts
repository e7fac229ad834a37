// Small tools that the host and the plugins of the product share: files, space on disks, things to dispose of, listeners, texts. Not part of what
// plugins of strangers are promised: any version may change them.

export * from './base/asciiDomain.js';
export * from './base/atomicFile.js';
export * from './base/byteRange.js';
export * from './base/clock.js';
export * from './base/clockJumps.js';
export * from './base/copyEdits.js';
export * from './base/cutText.js';
export * from './base/diskSpace.js';
export * from './base/disposables.js';
export * from './base/findMailbox.js';
export * from './base/groupBy.js';
export * from './base/listeners.js';
export * from './base/makeFolder.js';
export * from './base/manifestFile.js';
export * from './base/namesOf.js';
export * from './base/nearest.js';
export * from './base/ownAddresses.js';
export * from './base/ownTime.js';
export * from './base/packageFolder.js';
export * from './base/pluginFiles.js';
export * from './base/runningTime.js';
export * from './base/sdkFolder.js';
export * from './base/sdkLink.js';
export * from './base/secretFields.js';
export * from './base/semaphore.js';
export * from './base/shellWord.js';
export * from './base/shownName.js';
export * from './base/syntaxErrors.js';
export * from './base/terminalText.js';
export * from './base/threadTimes.js';
export * from './base/timeZone.js';
export * from './base/unknownPlugin.js';
export * from './base/utf8Text.js';
export * from './base/watchedFile.js';
