import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestHost } from '@postroom/sdk/testing';

/** @type {import('@postroom/sdk/testing').TestHost} */
let host;
before(async () => {
  host = await startTestHost({ plugins: [import.meta.dirname] });
});
after(() => host?.stop());

test('tags mail with a suspicious word in its subject', async () => {
  const { mailboxes, trail } = await host.sort(mailWith('You won the LOTTERY'));
  assert.deepEqual(mailboxes, ['andrew']);
  const entry = trail.find(({ tap }) => tap === '{{publisher}}.{{name}}/filter');
  assert.match(entry?.change ?? '', /tag spam/);
  assert.match(entry?.reason ?? '', /lottery/);
});

test('leaves other mail alone', async () => {
  const { trail } = await host.sort(mailWith('The offer for Tuesday'));
  assert.equal(
    trail.find(({ tap }) => tap === '{{publisher}}.{{name}}/filter'),
    undefined,
  );
});

test('marks what is delivered', async () => {
  host.put(mailWith('A casino for you'));
  await host.round();
  const [message] = await host.messages('andrew');
  assert.match(message ?? '', /^X-Spam-Flag: YES\r\n/m);
});

/** @param {string} subject */
function mailWith(subject) {
  return `From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\nHello\n`;
}
