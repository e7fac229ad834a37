import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { octetsOf } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import { failureOf } from '../../../kit/failureOf.js';
import { StoreFixture } from './storeFixture.js';

const KILLS = 15;
const PROGRAM = fileURLToPath(new URL('./crashWriter.js', import.meta.url));

describe('A crash of the process that writes', () => {
  let fixture: StoreFixture;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
  });
  afterEach(() => fixture.dispose());

  /** Kills the writer after so many acknowledgements; answers all it gave. */
  async function writeUntilKilled(acknowledgements: number): Promise<readonly string[]> {
    const child = spawn(process.execPath, [PROGRAM, fixture.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const acknowledged: string[] = [];
    for await (const id of createInterface({ input: child.stdout })) {
      acknowledged.push(id);
      if (acknowledged.length === acknowledgements) child.kill('SIGKILL');
    }
    expect((await ended)[1]).to.equal('SIGKILL');
    return acknowledged;
  }

  it('R01 F01 F02 F06 loses nothing that was acknowledged and leaves nothing half (76, 77)', async function () {
    this.timeout(170_000);
    const acknowledged = new Set<string>();
    const checked = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (const id of await writeUntilKilled(1 + Math.floor(Math.random() * 120))) acknowledged.add(id);
      const store = await fixture.open();
      await store.quickCheck();
      const present = await store.mailStore.recent(100_000);
      const journal = await store.journal.entries('company');
      for (const message of present.filter(({ id }) => !checked.has(id))) {
        checked.add(message.id);
        const octets = await octetsOf(store.mailStore.read(message.id));
        expect(createHash('sha256').update(octets).digest('hex'), `message ${message.id}`).to.equal(message.contentHash);
        expect(journal.get(`uidl-${message.id}`)?.state).to.equal('stored');
      }
      for (const id of acknowledged) expect(checked.has(id), `acknowledged message ${id}`).to.equal(true);
      const mailboxes = await store.mailStore.mailboxes();
      expect(mailboxes.map(({ messages }) => messages)).to.deep.equal([present.length, present.length, present.length]);
      expect(store.outbox.counts()).to.include({ messages: present.length, recipients: present.length });
      expect(journal.size).to.equal(present.length);
      await fixture.close(store);
      const connection = await Connection.open(store.path, 'read');
      const strays = await connection.get(
        'SELECT count(*) AS count FROM chunk LEFT JOIN message ON message.id = chunk.id >> 20 WHERE message.id IS NULL',
      );
      await connection.close();
      expect(strays).to.deep.equal({ count: 0 });
    }
  });

  it('F38 refuses the folder while another process has it, names that process, and takes it at once after its kill', async function () {
    this.timeout(60_000);
    const child = spawn(process.execPath, [PROGRAM, fixture.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.stdout.resume();
    const refusal = await failureOf(fixture.open());
    expect(refusal.code).to.equal('data/locked');
    expect(refusal.message).to.contain(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await fixture.open();
    expect((await failureOf(fixture.open())).message, 'a second time in one process').to.contain(`process ${process.pid}`);
  });
});
