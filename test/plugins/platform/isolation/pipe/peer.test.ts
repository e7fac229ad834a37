// What a plugin may keep the host busy with over the pipes between them.
import { expect } from 'chai';
import type { ProcessOptions } from '#plugins/platform/isolation/dist/process/pluginProcess.js';
import { OnePlugin } from '../onePlugin.js';

/** Asks for much, past the API, and reads no answer. */
const NEVER_READS = `
  const { writeSync } = await import('node:fs');
  for (let id = 1; id <= 1000; id += 1) {
    const json = Buffer.from(JSON.stringify({ kind: 'call', id, method: 'state.get', at: 0, data: { key: 'x' } }));
    writeSync(4, Buffer.concat([Buffer.from([0, 0, 0, json.length, 0, 0, 0, 0]), json]));
  }
  for (;;);
`;

/** Asks for more before it was answered. */
const NEVER_WAITS = `
  const value = 'x'.repeat(3 * 2 ** 20);
  for (let count = 0; count < 20; count += 1) {
    context.state.set('x', value).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return new Promise(() => undefined);
`;

/** What JSON.parse reads and JSON.stringify can't write. */
const DEEP = `
  const { writeSync } = await import('node:fs');
  const deep = '['.repeat(20_000) + ']'.repeat(20_000);
  const json = Buffer.from('{"kind":"call","id":1,"method":"state.set","at":0,"data":{"key":"x","value":' + deep + '}}');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(json.length);
  writeSync(4, Buffer.concat([head, json]));
  return new Promise(() => undefined);
`;

describe('the pipes of a plugin', function () {
  this.timeout(60_000);
  let plugin: OnePlugin | undefined;
  afterEach(async () => {
    await plugin?.end();
    plugin = undefined;
  });

  async function reasonFor(code: string, handlers: ProcessOptions['handlers']): Promise<string> {
    plugin = await OnePlugin.start(code, { handlers: { 'command.add': () => undefined, ...handlers } });
    void plugin.run().catch(() => undefined);
    return (await plugin.process.ended).reason;
  }

  it('hold no more answers than it could read', async () => {
    let answered = 0;
    const data = 'x'.repeat(2 ** 20);
    const reason = await reasonFor(NEVER_READS, {
      'state.get': () => {
        answered += 1;
        return { data };
      },
    });
    expect(reason).to.equal('was killed: it does not read what it asked for');
    expect(answered).to.be.within(128, 1_000);
  });

  it('take no more requests than it has use for', async () => {
    let asked = 0;
    const reason = await reasonFor(NEVER_WAITS, {
      'state.set': () => {
        asked += 1;
        return new Promise(() => undefined);
      },
    });
    expect(reason).to.equal('was killed: it has requests of more than 32 MB open');
    expect(asked).to.equal(10);
  });

  it('carry nothing that could not be written down again', async () => {
    const taken: unknown[] = [];
    const reason = await reasonFor(DEEP, { 'state.set': (data) => void taken.push(data) });
    expect(reason).to.equal('was killed: it sent a frame that is nested more than 200 deep');
    expect(taken).to.deep.equal([]);
  });
});
