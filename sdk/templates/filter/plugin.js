// Looks at every message before anybody is named for it.

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('filter', (plan, mail) => {
      const reason = suspicion(mail, context.settings.get('{{name}}.words'));
      return reason === undefined ? plan : plan.tag('spam', reason).addHeader('X-Spam-Flag: YES', reason);
    }),
  );
}

/**
 * Why a message is spam, in words; `undefined` where it is not. This is the function to change.
 * @param {import('@postroom/sdk').MailView} mail
 * @param {readonly string[]} words
 * @returns {string | undefined}
 */
export function suspicion(mail, words) {
  const subject = (mail.header('Subject') ?? '').toLowerCase();
  const word = words.find((each) => subject.includes(each.toLowerCase()));
  return word === undefined ? undefined : `the subject holds "${word}"`;
}
