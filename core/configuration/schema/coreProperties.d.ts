import type { PropertySchema } from '@postroom/sdk';
/** A local part without quotes; letters of any language (RFC 5322 section 3.2.3, RFC 6531). */
export declare const LOCAL_PART_PATTERN = "^[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*$";
export declare const ADDRESS_PATTERN: string;
export declare const CORE_PROPERTIES: Readonly<Record<string, PropertySchema>>;
