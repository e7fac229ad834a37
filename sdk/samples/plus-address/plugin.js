// The part of an address behind the plus sign names the user: sales+greg@works.example is for greg (RFC 5233 calls it the detail).

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan) => {
      const delimiter = context.settings.forAccount(plan.account.id, 'plus-address.delimiter');
      return plan.addressed
        .filter((entry) => entry.placed.length === 0)
        .reduce((result, entry) => {
          const name = detailOf(entry.address.local, delimiter);
          const user = plan.account.users.find((each) => each.name.toLowerCase() === name);
          return user === undefined ? result : result.to(user.mailbox, `${entry.address.local}@ names ${user.name}`, entry);
        }, plan);
    }),
  );
}

/**
 * In lower case; `undefined` where there is none.
 * @param {string} local
 * @param {string} delimiter
 * @returns {string | undefined}
 */
export function detailOf(local, delimiter) {
  const at = local.indexOf(delimiter);
  return at < 1 ? undefined : local.slice(at + delimiter.length).toLowerCase();
}
