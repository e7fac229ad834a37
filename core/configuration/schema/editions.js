/** The smallest one first, and those that declare no limits last. */
export function editionsBySize(editions) {
  return [...editions].sort(
    ([, a], [, b]) => sizeOf(a?.accounts) - sizeOf(b?.accounts) || sizeOf(a?.usersPerAccount) - sizeOf(b?.usersPerAccount),
  );
}
/** `acme.small (1 account, 5 users) or acme.large (20 accounts, 64 users each)` */
export function editionChoices(editions) {
  return editionsBySize(editions)
    .map(([id, edition]) => (edition === undefined ? id : `${id} (${counted(edition.accounts, 'account')}, ${usersOf(edition)})`))
    .join(' or ');
}
/** `small shares 1 account among 5 users, large 20 accounts among 64 users each`: by the plugins' names, without their publishers. */
export function editionsCompared(editions) {
  return editionsBySize(editions)
    .flatMap(([id, edition]) => (edition === undefined ? [] : [{ name: id.split('.').slice(1).join('.'), edition }]))
    .map(
      ({ name, edition }, place) =>
        `${name}${place === 0 ? ' shares' : ''} ${counted(edition.accounts, 'account')} among ${usersOf(edition)}`,
    )
    .join(', ');
}
function usersOf({ accounts, usersPerAccount }) {
  return `${counted(usersPerAccount, 'user')}${accounts === 1 ? '' : ' each'}`;
}
function counted(count, thing) {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
function sizeOf(limit) {
  return limit ?? Number.MAX_SAFE_INTEGER;
}
//# sourceMappingURL=editions.js.map
