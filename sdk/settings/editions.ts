// The installed editions, in the words of their manifests: what each grants stands there and nowhere else. Pure.
import type { EditionDeclaration } from '../manifest.js';
import type { Editions } from '../services/settingsService.js';

/** The smallest one first, and those that declare no limits last. */
export function editionsBySize(editions: Editions): readonly (readonly [id: string, edition: EditionDeclaration | undefined])[] {
  return [...editions].sort(
    ([, a], [, b]) => sizeOf(a?.accounts) - sizeOf(b?.accounts) || sizeOf(a?.usersPerAccount) - sizeOf(b?.usersPerAccount),
  );
}

/** `acme.small (1 account, 5 users) or acme.large (20 accounts, 64 users each)` */
export function editionChoices(editions: Editions): string {
  return editionsBySize(editions)
    .map(([id, edition]) => (edition === undefined ? id : `${id} (${counted(edition.accounts, 'account')}, ${usersOf(edition)})`))
    .join(' or ');
}

/** `small shares 1 account among 5 users, large 20 accounts among 64 users each`: by the plugins' names, without their publishers. */
export function editionsCompared(editions: Editions): string {
  return editionsBySize(editions)
    .flatMap(([id, edition]) => (edition === undefined ? [] : [{ name: id.split('.').slice(1).join('.'), edition }]))
    .map(
      ({ name, edition }, place) =>
        `${name}${place === 0 ? ' shares' : ''} ${counted(edition.accounts, 'account')} among ${usersOf(edition)}`,
    )
    .join(', ');
}

function usersOf({ accounts, usersPerAccount }: EditionDeclaration): string {
  return `${counted(usersPerAccount, 'user')}${accounts === 1 ? '' : ' each'}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function sizeOf(limit: number | undefined): number {
  return limit ?? Number.MAX_SAFE_INTEGER;
}
