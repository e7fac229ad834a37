// Commands that one server asks of another through their store: who runs them, how often, and what becomes of those that nobody takes.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CommandCall, type CommandDeclaration, PostroomError } from '@postroom/sdk';
import type { SharedKey } from '@postroom/sdk/services';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Answerer } from '#plugins/platform/node-commands/dist/answerer.js';
import { Asker } from '#plugins/platform/node-commands/dist/asker.js';
import { openSecrets } from '#plugins/platform/secrets/dist/openSecrets.js';
import { KeptLog } from '../../../core/configuration/memoryRevisions.js';
import { failureOf } from '../../../kit/failureOf.js';
import { type ServerDocuments, SharedDocuments } from '../../../kit/sharedDocuments.js';
import { SharedLeases } from '../../../kit/sharedLeases.js';
import { until } from '../../../kit/until.js';

type Declared = readonly (CommandDeclaration & { readonly owner: string })[];
const COMMANDS: Declared = [
  { command: 'say', title: 'Say', owner: 'a' },
  { command: 'box.put', title: 'Put', owner: 'a', arguments: { properties: { file: { type: 'string', contentEncoding: 'base64' } } } },
  { command: 'box.into', title: 'Into', owner: 'a', arguments: { properties: { into: { type: 'string', path: true } } } },
];

interface Server {
  readonly documents: ServerDocuments;
  readonly asker: Asker;
  readonly answerer: Answerer;
  readonly key: SharedKey;
  readonly log: KeptLog;
  readonly ran: unknown[];
  answer: (command: string, args: unknown) => unknown;
}

describe('commands for another server', () => {
  const leaks = leakCheck();
  let folder: string;
  let clock: VirtualClock;
  let store: SharedDocuments;
  let leases: SharedLeases;
  const ends: (() => unknown)[] = [];

  beforeEach(async () => {
    await leaks.begin();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-nodes-'));
    clock = new VirtualClock();
    store = new SharedDocuments();
    leases = new SharedLeases(() => clock.now());
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await rm(folder, { recursive: true, force: true });
    expect(clock.pending).to.equal(0);
    expect(await leaks.end()).to.deep.equal([]);
  });

  /** `keyOf`: the server whose data folder, and so whose key, it has. */
  async function start(name: string, keyOf = ''): Promise<Server> {
    const documents = store.server();
    const log = new KeptLog();
    const place = path.join(folder, `key${keyOf}`);
    await mkdir(place, { recursive: true });
    const secrets = await openSecrets({ documents, folder: place, clock, log });
    const ran: unknown[] = [];
    const server: Partial<Server> & Pick<Server, 'ran'> = { ran };
    const parts = { documents, leases: leases.of(name), key: secrets.seal };
    const commands = {
      declarations: COMMANDS,
      run: async (command: string, args: unknown, { author }: CommandCall) => {
        ran.push([command, args, author]);
        return server.answer?.(command, args);
      },
    };
    const asker = new Asker({ ...parts, commands, clock });
    const settings = { reload: async () => undefined };
    const answerer = new Answerer({ ...parts, commands, settings, log, isAwaited: (each) => asker.isAwaited(each) });
    ends.push(
      () => answerer.dispose(),
      () => secrets.dispose(),
    );
    return Object.assign(server, { documents, asker, answerer, key: secrets.seal, log, answer: () => ({ said: name }) });
  }
  async function two(): Promise<readonly [Server, Server]> {
    const [a, b] = [await start('a'), await start('b')];
    a.answerer.begin();
    return [a, b];
  }
  const calling = (signal = new AbortController().signal): CommandCall => ({ author: 'ann', signal, progress: () => undefined });
  const letters = (): readonly string[] => [...store.kept.keys()].filter((name) => name.startsWith('a'));

  it('run there, once, and answer here; nothing of it stays in the store, or could be read there', async () => {
    const [a, b] = await two();
    b.answerer.begin();
    const texts: string[] = [];
    const watching = a.documents.onDidChange('a', () => {
      for (const name of letters()) texts.push(store.text(name) ?? '');
    });
    expect(await a.asker.run('b', 'say', { password: 'sesame' }, calling())).to.deep.equal({ said: 'b' });
    await watching.dispose();
    expect([a.ran, b.ran]).to.deep.equal([[], [['say', { password: 'sesame' }, 'ann']]]);
    expect(letters()).to.deep.equal([]);
    expect(texts.length).to.be.greaterThan(1);
    expect(texts.join('')).to.not.match(/sesame|said|ann/);
    expect(b.log.lines.join('\n')).to.not.include('sesame');
  });

  it('are refused there as they would be here', async () => {
    const [a, b] = await two();
    b.answerer.begin();
    b.answer = () => {
      throw new PostroomError('settings/invalid', 'Not so.', { path: 'x' });
    };
    expect(await failureOf(a.asker.run('b', 'say', {}, calling()))).to.deep.include({
      code: 'settings/invalid',
      message: 'Not so.',
      fields: { path: 'x' },
    });
    b.answer = () => {
      throw new Error('Whatever.');
    };
    expect((await failureOf(a.asker.run('b', 'say', {}, calling()))).message).to.equal('Whatever.');
  });

  it('run here for the own name, and nowhere for one that nobody has, for a server that is gone, and for files of the caller', async () => {
    const [a] = await two();
    expect(await a.asker.run('a', 'say', {}, calling())).to.deep.equal({ said: 'a' });
    const refused = async (node: string, command: string, args = {}): Promise<string> => {
      const { code, message } = (await failureOf(a.asker.run(node, command, args, calling()))) as PostroomError;
      return `${code}: ${message}`;
    };
    expect(await refused('c', 'say')).to.equal('command/arguments: No server "c" is on the store; there are a, b.');
    expect(await refused('b', 'box.put', { file: '' })).to.match(
      /^command\/arguments: box put takes a file of the machine on which it is asked.* Run it on b itself/,
    );
    expect(await refused('b', 'box.into', { into: '/x' })).to.match(/^command\/arguments: box into names a path \(into\)/);
    leases.end('b');
    expect(await refused('b', 'say')).to.match(/^command\/not-running: b has not been heard of for so long/);
    expect(letters()).to.deep.equal([]);
  });

  it('are taken back where the other server does not take them in time, or nobody waits any more', async () => {
    const [a, b] = await two();
    const late = failureOf(a.asker.run('b', 'say', {}, calling()));
    await until('it is asked', () => letters().length === 1);
    for (let second = 0; second < 22; second += 1) await clock.advance(1_000);
    expect(await late).to.include({ code: 'command/not-running' });
    const gone = new AbortController();
    const left = failureOf(a.asker.run('b', 'say', {}, calling(gone.signal)));
    await until('it is asked', () => letters().length === 1);
    gone.abort();
    expect((await left).message).to.match(/^b did not take the command: it was not run/);
    b.answerer.begin();
    expect(letters()).to.deep.equal([]);
    expect(b.ran).to.deep.equal([]);
  });

  it('are waited for as long as the other server lives, however long they take', async () => {
    const [a, b] = await two();
    let end: (() => void) | undefined;
    b.answer = () =>
      new Promise<void>((resolve) => {
        end = resolve;
      });
    b.answerer.begin();
    const slow = a.asker.run('b', 'say', {}, calling());
    await until('it is taken', () => end !== undefined);
    for (let minute = 0; minute < 10; minute += 1) await clock.advance(60_000);
    end?.();
    expect(await slow).to.deep.equal({});
    end = undefined;
    const lost = failureOf(a.asker.run('b', 'say', {}, calling()));
    await until('it is taken', () => end !== undefined);
    leases.end('b');
    await clock.advance(3_000);
    expect((await lost).message).to.match(/^b took the command, and ended before it answered/);
  });

  it('do not run where who asked is there no more, or a minute has passed by the clock of the store', async () => {
    const [a, b] = await two();
    const gone = new AbortController();
    const late = failureOf(a.asker.run('b', 'say', {}, calling(gone.signal)));
    await until('it is asked', () => letters().length === 1);
    clock.jump(61_000);
    b.answerer.begin();
    await until('it was refused', () => b.log.lines.join('\n').includes('came too late'));
    gone.abort();
    await late;
    expect(b.ran).to.deep.equal([]);
    await b.answerer.dispose();
    const c = await start('c');
    void failureOf(c.asker.run('a', 'say', {}, calling(gone.signal)));
    const name = `asked/1/3-${'0'.repeat(24)}`;
    leases.end('c');
    store.put(
      name,
      Buffer.from(await c.key.seal(name, JSON.stringify({ command: 'say', args: {}, author: 'x', until: Number.MAX_SAFE_INTEGER }))),
    );
    await until('it is gone', () => !letters().includes(name));
    expect(a.ran).to.deep.equal([]);
  });

  it('do not run where they were not sealed for this server, by who has the key', async () => {
    const [a, b] = await two();
    const request = JSON.stringify({ command: 'say', args: {}, author: 'x', until: Number.MAX_SAFE_INTEGER });
    const [mine, theirs] = [`asked/1/2-${'1'.repeat(24)}`, `asked/2/1-${'1'.repeat(24)}`];
    for (const octets of [request, '', '{}', '[]', 'null', await b.key.seal(theirs, request)]) {
      store.put(mine, Buffer.from(octets));
      await until('it is gone', () => !letters().includes(mine));
      for (const name of letters()) store.remove(name);
    }
    expect(a.ran).to.deep.equal([]);
    expect(a.log.lines.join('\n')).to.include('it cannot be opened here');
    store.put(mine, Buffer.from(await b.key.seal(mine, request)));
    await until('that one runs', () => a.ran.length === 1);
  });

  it('say which server lacks the key', async () => {
    const a = await start('a');
    a.answerer.begin();
    const b = await start('b', ' of b');
    b.answerer.begin();
    expect((await failureOf(a.asker.run('b', 'say', {}, calling()))).message).to.match(
      /^b could not open the command, and did not run it.* Copy secret\.key to it/,
    );
    expect(b.ran).to.deep.equal([]);
    expect(letters()).to.deep.equal([]);
  });

  it('leave nothing of servers that ended, and of answers that nobody waits for', async () => {
    for (const name of [`asked/7/1-${'0'.repeat(24)}`, `answered/7/${'0'.repeat(24)}`, `answered/1/${'0'.repeat(24)}`, 'asked/nonsense'])
      store.put(name, Buffer.from('x'));
    await two();
    await until('they are gone', () => letters().length === 0);
  });
});
