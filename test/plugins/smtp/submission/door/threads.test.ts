import type { OpenPort } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createTransport } from 'nodemailer';
import { until } from '../../../../kit/until.js';
import { FakeHost } from '../../fakeHost.js';
import { ThreadedDoors } from '../../threadedDoors.js';

const SESSIONS = 20;
const MESSAGES = 5;

describe('submission in door threads', function () {
  this.timeout(120_000);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let host: FakeHost;
  let doors: ThreadedDoors;
  let ports: readonly OpenPort[];

  beforeEach(async () => {
    const note = (): void => undefined;
    doors = new ThreadedDoors({ debug: note, info: note, warn: note, error: note });
    const listen = ['starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security }));
    host = await new FakeHost({ 'smtp.listen': listen }, 'on the main thread', doors).activate();
    ports = await host.start();
    await until('both doors have told their ports', () => doorPorts('starttls').length === 2 && doorPorts('tls').length === 2);
  });
  afterEach(async () => {
    await host.stop();
    await doors.dispose();
  });

  /** Ports that lead to doors, with STARTTLS or with TLS. */
  function doorPorts(security: 'starttls' | 'tls'): readonly number[] {
    return doors.portsFor(ports.find((port) => port.security === security)?.port ?? 0);
  }

  async function send(port: number, secure: boolean, text: string): Promise<string> {
    const tls = secure ? { secure } : { requireTLS: true };
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      ...tls,
      tls: { rejectUnauthorized: false },
      auth: { user: 'andrew', pass: 'correct' },
    });
    try {
      const { response } = await transport.sendMail({ from: 'mail@company.com', to: 'friend@example.org', subject: 'doors', text });
      return response;
    } finally {
      transport.close();
    }
  }

  it("takes mail in over STARTTLS and over TLS, in every door, with the server's certificate", async () => {
    const long = 'long '.repeat(100_000);
    for (const port of doorPorts('starttls')) expect(await send(port, false, 'short')).to.match(/^250 2\.6\.0 Accepted as/);
    for (const port of doorPorts('tls')) expect(await send(port, true, long)).to.match(/^250 2\.6\.0 Accepted as/);
    expect(host.submitted.map(({ submission }) => submission.client.protocol)).to.deep.equal(['ESMTPSA', 'ESMTPSA', 'ESMTPSA', 'ESMTPSA']);
    expect(host.submitted[0]?.submission.client.tls).to.match(/^TLSv1\.3 /);
    expect(host.submitted[3]?.text.length).to.be.above(long.length);
  });

  it('loses nothing that was answered with 250, and gives back every place, though doors die under twenty sessions', async () => {
    const main = ports[0]?.port ?? 0;
    let cuts = 0;
    const answered: string[] = [];
    const sendAll = async (session: number): Promise<void> => {
      for (let count = 0; count < MESSAGES; count += 1) {
        const name = `message-${session}-${count}.`;
        // Where a door died its port is closed: the main thread's never is.
        for (let isSent = false; !isSent; ) {
          const open = [main, ...doorPorts('starttls'), ...doorPorts('starttls')];
          try {
            await send(open[(session + count + cuts) % open.length] ?? main, false, name);
            isSent = true;
          } catch {
            cuts += 1;
          }
        }
        answered.push(name);
        if (answered.length === SESSIONS || answered.length === 2 * SESSIONS) doors.threads[0]?.line.tell('die', undefined);
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, session) => sendAll(session)));
    expect(doors.state.crashed).to.equal(2);
    const stored = (name: string): number => host.submitted.filter(({ text }) => text.includes(name)).length;
    expect(answered.filter((name) => stored(name) === 0)).to.deep.equal([]);
    expect(host.submitted.length, 'twice at most where the answer was cut off').to.be.within(answered.length, answered.length + cuts);
    const sessions = (state: string): number => host.events.filter((event) => event.type === 'session' && event.state === state).length;
    await until('every session is closed', () => sessions('closed') === sessions('open'));
  });
});
