import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { startTestHost } from '@postroom/sdk/testing';

/** @type {import('@postroom/sdk/testing').TestHost} */
let host;
const web = createServer();
before(async () => {
  host = await startTestHost({ plugins: [import.meta.dirname] });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
});
after(async () => {
  web.closeAllConnections();
  web.close();
  await host?.stop();
});

test('tells the web address who got mail', async () => {
  const address = /** @type {import('node:net').AddressInfo} */ (web.address());
  await host.run('config.set', { key: '{{name}}.url', value: `http://127.0.0.1:${address.port}/` });
  // The manifest names the setting. What is on this machine or in the local network the administrator agrees to besides.
  await host.run('plugins.allow', { plugin: '{{publisher}}.{{name}}', yes: true });
  host.put('From: a@far.example\nTo: Andrew <mail@company.example>\nSubject: Lunch?\n\nHello\n');
  const told = once(web, 'request');
  await host.round();
  const [request, response] = await told;
  assert.deepEqual(await json(request), { mailbox: 'andrew@company', from: 'a@far.example', subject: 'Lunch?' });
  response.end();
});
