// Names the user that a message is for, where its subject says so.

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan, mail) => {
      const word = keyword(mail.header('Subject') ?? '');
      const users = context.settings.forAccount(plan.account.id, '{{name}}.users');
      const name = word === undefined ? undefined : users[word];
      const user = plan.account.users.find((each) => each.name === name);
      return user === undefined ? plan : plan.to(user.mailbox, `the subject says [${word}]`, plan.addressed[0]);
    }),
  );
}

/**
 * The word in brackets, in lower case. This is the function to change.
 * @param {string} subject
 * @returns {string | undefined}
 */
export function keyword(subject) {
  return /\[(\w+)\]/.exec(subject)?.[1]?.toLowerCase();
}
