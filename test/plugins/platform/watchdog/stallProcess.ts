// A server that owns its process, with a plugin among the product's own that does not end once it sees a message, or is to end itself.
import '#core/base/injection.js';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { inTheNameOf } from '#core/schemas/schemaWork.js';

const [dataDir = '', bundledPlugins = '', at] = process.argv.slice(2);
const server = await openServer({
  dataDir,
  bundledPlugins,
  serve: false,
  log: createLog('info', process.stderr),
  onStall: { afterMs: 1_000, end: () => process.exit(70) },
});
if (at === 'end') await server.close();
if (at === 'schema') {
  inTheNameOf('evil.schema', () => {
    for (;;);
  });
}
const file = Buffer.from('From: a@far.example\r\nTo: mail@company.example\r\n\r\nHello\r\n').toString('base64');
const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
await server.run('explain', { file, account: 'company' }, call);
