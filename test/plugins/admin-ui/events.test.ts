import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandCall } from '@postroom/sdk';
import { Events } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { checkedAnswer } from '../../kit/answers.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const PASSWORD = 'the office key';

describe("The manager's ports and events", () => {
  const leaks = leakCheck();
  let server: Server;
  let base: string;
  let cookie: string;
  before(async () => {
    await leaks.begin();
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-manager-'));
    const listen = [{ host: '127.0.0.1', port: 0, security: 'plain' }];
    const settings = { 'plugins.enabled': ['postroom.licensing-lite'], 'admin-ui.listen': listen, 'pop3.listen': [], 'smtp.listen': [] };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    server = await openServer({ dataDir, log: createLog('silent') });
    await server.run('users.set-password', { account: 'admin1', password: PASSWORD }, CALL);
    base = `http://127.0.0.1:${portOf(server)}`;
    const answer = await fetch(`${base}/api/session`, json({ password: PASSWORD }));
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  });
  after(async () => {
    await server.close();
    await rm(server.dataDir, { recursive: true, force: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  it('is open without a licence, so that the missing device can be mended', () => {
    expect(service(server.container, Ports).ports.filter(({ protocol }) => protocol === 'http')).to.have.length(1);
  });

  it('streams what happens, with the lamps, and gathers what comes thick', async () => {
    const stream = new Blocks(await fetch(`${base}/api/events`, { headers: { cookie } }));
    const [, hello] = await stream.next();
    expect(hello).to.have.nested.property('lamps.incoming.minutes').with.length(60);
    const events = service(server.container, Events);
    events.emit({ type: 'session', protocol: 'smtp', purpose: 'sending', state: 'open', peer: '127.0.0.1' });
    for (let message = 0; message < 500; message += 1) {
      events.emit({ type: 'accepted', message: String(message), origin: 'fetched', mailboxes: [] });
    }
    const [name, data] = await stream.next();
    expect(name).to.equal('events');
    expect(data.events).to.have.length(2);
    expect(data.events?.find(({ type }) => type === 'accepted')).to.include({ count: 500 });
    expect(data.lamps).to.have.nested.property('localSending.open', 1);
    expect(data.lamps).to.have.nested.property('incoming.total', 500);
    await stream.close();
  });

  it('tells of entries of the log once they can be read', async () => {
    const stream = new Blocks(await fetch(`${base}/api/events`, { headers: { cookie } }));
    await stream.next();
    await server.run('service.stop', {}, CALL);
    // Gathered five times a second; the entry comes with its commit, in this piece or a later one.
    for (let told = false; !told; ) {
      const [, data] = await stream.next();
      told = data.events?.some(({ type }) => type === 'activity') === true;
    }
    await stream.close();
    await server.run('service.start', {}, CALL);
  });

  it('ends the stream of a login that is revoked', async () => {
    const stream = new Blocks(await fetch(`${base}/api/events`, { headers: { cookie } }));
    await stream.next();
    const sessions = (await server.run('admin-ui.sessions', {}, CALL)) as { session: string }[];
    checkedAnswer('admin-ui.sessions', JSON.parse(JSON.stringify(sessions)));
    checkedAnswer('admin-ui.revoke-session', await server.run('admin-ui.revoke-session', { session: sessions[0]?.session }, CALL));
    expect(await stream.ends()).to.equal(true);
    expect((await fetch(`${base}/api/commands/status`, { headers: { cookie } })).status).to.equal(401);
  });
});

interface BlockData {
  readonly events?: readonly { readonly type: string; readonly count: number }[];
  readonly lamps: object;
}

/** Reads Server-Sent Events one by one. */
class Blocks {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  constructor(answer: Response) {
    expect(answer.headers.get('content-type')).to.equal('text/event-stream');
    this.#reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  }

  async next(): Promise<[string, BlockData]> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const name = /^event: (.*)$/m.exec(block)?.[1] ?? '';
        return [name, JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as BlockData];
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error('The stream ended.');
      this.#text += Buffer.from(value).toString('utf8');
    }
  }

  async ends(): Promise<boolean> {
    for (;;) {
      if ((await this.#reader.read()).done) return true;
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

function json(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function portOf(server: Server): number {
  return service(server.container, Ports).ports.find(({ protocol }) => protocol === 'http')?.port ?? 0;
}
