import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestHost } from '@postroom/sdk/testing';

/** @type {import('@postroom/sdk/testing').TestHost} */
let host;
before(async () => {
  host = await startTestHost({ plugins: [import.meta.dirname] });
});
after(() => host?.stop());

test('gives mail to the user whose word stands in the subject', async () => {
  const { mailboxes } = await host.sort(mailWith('[Sales] An offer, please'));
  assert.deepEqual(mailboxes, ['greg']);
});

test('leaves mail without a word to the other rules', async () => {
  const { mailboxes } = await host.sort(mailWith('An offer, please'));
  assert.deepEqual(mailboxes, ['admin1']);
});

/** @param {string} subject */
function mailWith(subject) {
  return `From: a@far.example\nTo: mail@company.example\nSubject: ${subject}\n\nHello\n`;
}
