import { type Schema } from './schemaParts.js';
/** The schema without its patterns, and without what would mean something else then. Not for schemas beyond the limits. */
export declare function withoutPatterns<S extends Schema>(schema: S): S;
