// Every copy shows another subject; the stored message keeps its own.

/** @type {import('@postroom/sdk').Activate} */
export function activate(context) {
  context.subscriptions.push(
    context.hooks.onSort.tap('mark', (plan, mail) => {
      if (mail.origin !== 'fetched') return plan;
      const mark = context.settings.forAccount(plan.account.id, 'subject-tagger.mark');
      const subject = mail.header('Subject') ?? '';
      if (subject.includes(mark)) return plan;
      const reason = 'mail from outside is marked';
      return mail
        .headers('Subject')
        .reduce((result, field) => result.conceal(field, reason), plan)
        .addHeader(`Subject: ${encoded(`${mark} ${subject}`.trim())}`, reason);
    }),
  );
}

/**
 * A header's value in ASCII: text that needs it as encoded-words of at most 75 characters (RFC 2047).
 * @param {string} value
 */
export function encoded(value) {
  if (/^[ -~]*$/.test(value) && !value.includes('=?') && value.length <= 900) return value;
  /** @type {string[]} */
  const words = [''];
  for (const letter of value) {
    const longer = `${words.at(-1)}${letter}`;
    if (Buffer.byteLength(longer) <= 42) words[words.length - 1] = longer;
    else words.push(letter);
  }
  return words
    .slice(0, 12)
    .map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`)
    .join(' ');
}
