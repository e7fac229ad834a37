/** Keywords that hold one schema, a list of them, or some by name. `items` may hold one or a list, and `dependencies` names too. */
export declare const HOLDS_ONE: ReadonlySet<string>;
export declare const HOLDS_LIST: ReadonlySet<string>;
export declare const HOLDS_NAMED: ReadonlySet<string>;
export type Schema = Readonly<Record<string, unknown>>;
export declare function isSchemaGroup(value: unknown): value is Schema;
