import type { EditionDeclaration } from '@postroom/sdk';
/** By plugin id; `undefined` for one that declares no limits. */
export type Editions = ReadonlyMap<string, EditionDeclaration | undefined>;
/** The smallest one first, and those that declare no limits last. */
export declare function editionsBySize(editions: Editions): readonly (readonly [id: string, edition: EditionDeclaration | undefined])[];
/** `acme.small (1 account, 5 users) or acme.large (20 accounts, 64 users each)` */
export declare function editionChoices(editions: Editions): string;
/** `small shares 1 account among 5 users, large 20 accounts among 64 users each`: by the plugins' names, without their publishers. */
export declare function editionsCompared(editions: Editions): string;
