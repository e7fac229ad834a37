import type { SettingsSchema } from './schema.js';
/** Enables the smallest edition. */
export declare function starterSettings({ editions, properties, kinds }: SettingsSchema): string;
