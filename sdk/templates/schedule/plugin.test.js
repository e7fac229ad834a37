import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestHost, VirtualClock } from '@postroom/sdk/testing';

/** @type {import('@postroom/sdk/testing').TestHost} */
let host;
before(async () => {
  // A Friday.
  const clock = new VirtualClock('2026-11-06T12:00:00Z');
  host = await startTestHost({ plugins: [import.meta.dirname], clock });
});
after(() => host?.stop());

test('leaves the rounds of a working day', async () => {
  assert.notEqual((await rounds()).length, 0);
});

test('takes the rounds of a day off', async () => {
  await host.run('config.set', { key: '{{name}}.daysOff', value: '["2026-11-06"]' });
  const days = (await rounds()).map(({ at }) => at.slice(0, 10));
  assert.equal(days.includes('2026-11-06'), false);
});

/** @returns {Promise<readonly { at: string }[]>} */
async function rounds() {
  return /** @type {readonly { at: string }[]} */ (await host.run('schedule', { count: 10 }));
}
