// Doors on the newer Node.js, in a server of its own: they come, go and are killed while clients connect. `DOOR_KILLS=200` is the long form.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DoorsState } from '@postroom/sdk/services';
import { expect } from 'chai';
import { NewerServer, needsNewerNode } from '../../../kit/newerNode/newerNode.js';
import { ROOT } from '../../../kit/sourceFiles.js';
import { until } from '../../../kit/until.js';
import { type Session, Storm } from './storm.js';

const KILLS = Number(process.env['DOOR_KILLS'] ?? 20);
const CLIENTS = 10;

interface EchoState {
  readonly port: number;
  /** How often the port has been opened. */
  readonly openings: number;
  readonly doors: number;
  readonly shares: boolean;
  readonly state: DoorsState;
}

/** From when to when connections may be cut or refused: a door is killed, the port is closed. */
interface Trouble {
  readonly from: number;
  readonly to: number;
}

describe('doors under load', function () {
  this.timeout(60_000 + KILLS * 5_000);
  let dataDir: string;
  let server: NewerServer;
  let storm: Storm | undefined;

  before(async function () {
    needsNewerNode(this);
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-doors-'));
    const settings = {
      'plugins.enabled': ['test.echo'],
      'server.doors': 0,
      'server.freeSpaceFloorMB': 1,
    };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify({ trusted: ['test.echo'] }));
    await cp(path.join(ROOT, 'test/fixtures/doors/echo'), path.join(dataDir, 'plugins', 'test.echo'), { recursive: true });
    server = await NewerServer.serve(dataDir);
  });
  after(async () => {
    await server?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });

  afterEach(() => storm?.stop());

  const state = (): Promise<EchoState> => server.run<EchoState>('echo.state');
  const set = (key: string, value: unknown): Promise<unknown> => server.run('config.set', { key, value: String(value) });
  const doorsAre = (count: number): Promise<void> =>
    until(`${count} doors are open`, async () => {
      const { doors, state: is } = await state();
      return doors === count && is.open === count;
    });

  it('serve every client while they come, go and are killed and the port opens again, but for those of the killed', async () => {
    const { port, shares } = await state();
    expect(shares).to.equal(true);
    const clients = new Storm(port, CLIENTS);
    storm = clients;
    const troubles: Trouble[] = [];
    const inTrouble = async (work: () => Promise<unknown>): Promise<void> => {
      const from = performance.now();
      await work();
      troubles.push({ from, to: performance.now() });
    };
    let closings = 0;
    for (let kills = 0; kills < KILLS; kills += 1) {
      await set('server.doors', 2);
      await doorsAre(2);
      await greetedBy(clients, 'door');
      await inTrouble(async () => {
        await server.run('echo.kill', { how: kills % 2 === 0 ? 'exit' : 'throw' });
        await until('the killed one is told', async () => (await state()).state.crashed === kills + 1);
      });
      await greetedBy(clients, 'main');
      if (kills % 4 === 3) {
        await inTrouble(async () => {
          const { openings } = await state();
          await set('echo.opening', kills);
          await until('the port has opened again', async () => (await state()).openings > openings);
        });
      }
      await set('server.doors', 0);
      closings += 1;
      await doorsAre(0);
    }
    await greetedBy(clients, 'main');
    const sessions = await clients.stop();
    const untroubled = sessions.filter(({ began, ended }) => !troubles.some(({ from, to }) => began <= to && ended >= from));
    expect(count(untroubled, 'refused'), 'refused').to.equal(0);
    expect(count(untroubled, 'cut'), 'cut').to.equal(0);
    // The system resets what comes in the instant in which a socket closes, or forgets it. Closed at any other moment each would lose several.
    expect(count(untroubled, 'unserved'), 'unserved').to.be.at.most(closings);
    expect(sessions.filter(({ by }) => by?.startsWith('door') === true).length).to.be.greaterThan(KILLS);
    const ends = (['served', 'refused', 'cut', 'unserved'] as const).map((end) => `${count(sessions, end)} ${end}`);
    process.stderr.write(
      `      ${KILLS} kills: ${ends.join(', ')}; apart from kills and openings ${count(untroubled, 'unserved')} unserved\n`,
    );
  });

  it('are shown by status and by the page for Prometheus', async () => {
    await set('server.doors', 1);
    await doorsAre(1);
    const { doors } = await server.run<{ readonly doors: object }>('status');
    expect(doors).to.deep.equal({ open: 1, most: 1, text: '1 of 1 door threads run, as "server.doors" in the settings says.' });
    const page = await server.run<string>('metrics');
    expect(page)
      .to.match(/^postroom_doors_open 1$/m)
      .and.match(new RegExp(`^postroom_doors_crashed_total ${KILLS}$`, 'm'));
  });

  it('end with the server, which says nothing of them', async () => {
    const lines = server.log.length;
    expect(await server.stop()).to.equal(0);
    expect(server.log.slice(lines).filter((line) => line.includes('door'))).to.deep.equal([]);
  });
});

function count(sessions: readonly Session[], end: Session['end']): number {
  return sessions.filter((session) => session.end === end).length;
}

/** Waits until a session that begins now is greeted so. */
async function greetedBy(storm: Storm, who: string): Promise<void> {
  const from = performance.now();
  await until(`${who} greets`, () => storm.sessions.some(({ by, began }) => began > from && by?.startsWith(who) === true));
}
