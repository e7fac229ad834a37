import type { PropertySchema } from '@postroom/sdk';
/** The property with its restart need made explicit, and with a last paragraph for the hover. */
export declare function explained(schema: PropertySchema): PropertySchema;
