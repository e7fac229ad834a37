// The API of Postroom, for plugins. This page is its table of contents: read the files in this order.
//
// A plugin is a folder with a package.json (see plugin.schema.json) whose main module exports `activate(context)`. It
// declares its taps, settings and commands in the manifest and supplies the handlers in code. Everything that a tap receives
// is readonly, and the same plugin runs inside the host (bundled plugins) and isolated in a separate process (all others).

export * from './accounts.js';
export * from './authorship.js';
export * from './boundedLog.js';
export * from './checks.js';
export * from './connections.js';
export * from './context.js';
export * from './delivering.js';
export * from './disposable.js';
export * from './echoes.js';
export * from './edition.js';
export * from './envelopeFields.js';
export * from './errors.js';
export * from './fetching.js';
export * from './fileArguments.js';
export * from './hooks.js';
export * from './ispTrace.js';
export * from './jsonShape.js';
export * from './licensing.js';
export * from './loginRefusals.js';
export * from './mail.js';
export * from './manifest.js';
export type * from './metrics.js';
export * from './openFiles.js';
export type * from './protocols.js';
export { type Received, readReceived } from './received.js';
export * from './recipients.js';
export * from './refusals.js';
export * from './scheduling.js';
export * from './serverTls.js';
export * from './serviceId.js';
export * from './sorting.js';
export * from './timeLimit.js';
