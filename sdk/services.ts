// Services of the host that bundled (in-process) plugins may ask for with context.get(). Isolated plugins have none of these. This page is their
// table of contents.

export * from './serviceId.js';
export * from './services/accounts.js';
export * from './services/catalogues.js';
export * from './services/contributions.js';
export * from './services/createServiceId.js';
export * from './services/dataFolder.js';
export * from './services/events.js';
export * from './services/log.js';
export * from './services/logins.js';
export * from './services/maildrops.js';
export * from './services/running.js';
export * from './services/secrets.js';
export * from './services/settingsText.js';
export * from './services/store/activityLog.js';
export * from './services/store/journal.js';
export * from './services/store/mailStore.js';
export * from './services/store/outbox.js';
export * from './services/store/pluginStorages.js';
export * from './services/store/revisions.js';
export * from './services/store/storeMaintenance.js';
export * from './services/submissions.js';
export * from './services/teaching.js';
