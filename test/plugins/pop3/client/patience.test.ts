import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { LOOK_MS } from '@postroom/sdk';
import { expect } from 'chai';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { describeReading } from '../support/readingPlaces.js';
import { until } from '../support/servedHost.js';

describeReading('POP3 client and a server that says nothing', (place) => {
  let at: CollectingHost;
  beforeEach(async () => {
    at = await CollectingHost.start('plain', place);
  });
  afterEach(() => at.stop());

  for (const stalled of ['CAPA', 'PASS', 'LIST', 'RETR']) {
    it(`C42 gives up when the server says nothing to ${stalled}`, async () => {
      at.isp.put(mail('one'));
      at.isp.script = (command) => (command.startsWith(stalled) ? 'stall' : undefined);
      const round = at.round();
      await until(() => at.isp.commands.some((command) => command.startsWith(stalled)));
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      at.host.clock.skip(61_000);
      expect(codes(await round)).to.deep.equal(['isp/timeout']);
    });
  }

  it('C33 C42 gives up waiting for the answer to QUIT, which is no failure of a round that brought everything', async () => {
    at.isp.put(mail('one'));
    at.isp.script = (command) => (command === 'QUIT' ? 'stall' : undefined);
    const round = at.round();
    await until(() => at.isp.commands.includes('QUIT'));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    expect(await round)
      .to.include({ stored: 1 })
      .and.to.have.property('failed').that.is.empty;
    expect(at.journal.stateOf('id1'), 'nobody has said that it is gone').to.equal('stored');
  });

  it('C42 gives up on a message of which almost nothing comes', async () => {
    at.isp.put(mail('one'));
    at.isp.script = (command) => (command.startsWith('RETR') ? '+OK\r\nSubject: sl' : undefined);
    const round = at.round();
    await until(() => at.isp.commands.includes('RETR 1'));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    expect(codes(await round)).to.deep.equal(['isp/timeout']);
    expect(at.intake.texts).to.deep.equal([]);
  });

  it('C42 ends when the time of the round is up, and keeps what it has', async () => {
    at.isp.put(mail('one'), mail('two'));
    at.isp.script = (command) => (command === 'RETR 2' ? 'stall' : undefined);
    const controller = new AbortController();
    const round = at.round(controller.signal);
    await until(() => at.intake.texts.length === 1);
    controller.abort();
    const report = await round;
    expect(report.stored).to.equal(1);
    expect(codes(report)).to.deep.equal(['isp/timeout']);
  });

  it('C16 gives one command at a time to a server that announced PIPELINING and answers only the first of several', async () => {
    at.isp.put(mail('one'), mail('two'), mail('three'), mail('four'));
    at.isp.answersFirstOnly = true;
    const first = at.round();
    await until(() => at.intake.texts.length === 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    expect(codes(await first)).to.deep.equal(['isp/timeout']);

    expect((await at.round()).stored).to.equal(3);
    expect(at.isp.messages).to.deep.equal([]);
  });

  for (const [command, end] of [
    ['pop3.test-login', 'UIDL'],
    ['pop3.waiting', 'LIST'],
  ] as const) {
    it(`ends a look by ${command} at a server that goes on with its ${end} for ever, a line a minute`, async () => {
      let dripping: Socket | undefined;
      const isp = createServer((socket) => {
        socket.on('error', () => undefined).write('+OK ready\r\n');
        socket.on('data', (data) => {
          const asked = String(data);
          socket.write(asked.startsWith('CAPA') ? '-ERR\r\n' : asked.startsWith('STAT') ? '+OK 1 10\r\n' : '+OK\r\n');
          if (asked.startsWith(end)) dripping = socket;
        });
      }).listen(0, '127.0.0.1');
      await once(isp, 'listening');
      at.host.accountValues['pop3.port'] = (isp.address() as AddressInfo).port;
      const { clock } = at.host;
      const after = clock.after.bind(clock);
      let waits = 0;
      clock.after = (ms, call) => {
        waits += 1;
        return after(ms, call);
      };
      let outcome: unknown;
      const call = { signal: new AbortController().signal, author: 'cli', progress: () => undefined };
      void Promise.resolve(at.host.commands.get(command)?.({ account: 'company', limit: 10 } as never, call)).then(
        (result) => (outcome = result),
        (error: unknown) => (outcome = { problem: error }),
      );
      await until(() => dripping !== undefined);
      const STEP_MS = 50_000;
      for (let line = 1; line <= LOOK_MS / STEP_MS; line += 1) {
        const before = waits;
        dripping?.write(`${line} 10\r\n`);
        await until(() => waits > before);
        clock.skip(STEP_MS);
      }
      await until(() => outcome !== undefined);
      const { problem } = outcome as { readonly problem?: { readonly code: string; readonly message: string } };
      expect(problem?.code).to.equal('isp/timeout');
      expect(problem?.message).to.match(/went on answering for 15 minutes/);
      isp.close();
      await once(isp, 'close');
    });
  }

  it('C42 gives up when no greeting comes', async () => {
    at.isp.greeting = undefined;
    const round = at.round();
    await until(() => at.isp.sessions.length === 1);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    at.host.clock.skip(61_000);
    expect(codes(await round)).to.deep.equal(['isp/timeout']);
  });
});
