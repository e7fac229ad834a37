import type { CollectorDeclaration } from '@postroom/sdk';
/** The `via` of accounts that say none: '' where nothing that collects is installed. */
export declare function defaultVia(collectors: readonly CollectorDeclaration[]): string;
/** Of all secrets of accounts, those that an account needs which is collected by `via`. */
export declare function neededSecrets(
  {
    via,
  }: {
    readonly via: string;
  },
  secrets: readonly string[],
  {
    collectors,
  }: {
    readonly collectors: readonly CollectorDeclaration[];
  },
): readonly string[];
/** `collectors`: with the keys of their properties, as the merged schema has them. The other ways to collect that a property of accounts belongs to; none where an account that is collected by `via` may have a use for it. */
export declare function foreignCollectors(key: string, via: string, collectors: readonly CollectorDeclaration[]): readonly string[];
