import { type Logger, PostroomError } from '@postroom/sdk';
import { VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { databaseError } from '#plugins/store-postgres/dist/engine/sentences.js';
import { untilThere } from '#plugins/store-postgres/dist/untilThere.js';

const ADDRESS = readAddress({ url: 'postgres://p@127.0.0.1:1/p' }, {});
const AWAY = databaseError(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }), ADDRESS);
const WRONG_PASSWORD = databaseError(Object.assign(new Error('no'), { code: '28P01', severity: 'FATAL' }), ADDRESS);
const STARTING = databaseError(Object.assign(new Error('no'), { code: '57P03', severity: 'FATAL' }), ADDRESS);
const NO_DATABASE = databaseError(Object.assign(new Error('no'), { code: '3D000', severity: 'FATAL' }), ADDRESS);
const NOT_TRUSTED = databaseError(Object.assign(new Error('no'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), ADDRESS);
const UNFIT = new PostroomError('store/unfit', 'It has fsync switched off.');
const STANDBY = new PostroomError('store/unreachable', 'It is a standby.');

describe('A start that waits for its database', () => {
  let clock: VirtualClock;
  let said: string[];
  let ending: AbortController;
  let tries: number;
  beforeEach(() => {
    clock = new VirtualClock();
    said = [];
    ending = new AbortController();
    tries = 0;
  });

  const log = { warn: (sentence: string) => void said.push(sentence) } as unknown as Logger;
  /** `problems`: of one try after the other; the last one stays. */
  const start = (...problems: readonly (Error | undefined)[]): Promise<string> =>
    untilThere(
      async () => {
        const problem = problems[Math.min(tries, problems.length - 1)];
        tries += 1;
        if (problem !== undefined) throw problem;
        return 'open';
      },
      { clock, log, ended: ending.signal },
    );

  it('goes on when it is there', async () => {
    const started = start(AWAY, STARTING, STANDBY, undefined);
    await clock.advance(0);
    await clock.advance(3_000);
    expect(await started).to.equal('open');
    expect([tries, said]).to.deep.equal([4, [`${AWAY.message} The server waits for it, 5 minutes at most, and looks each second.`]]);
  });

  it('says each minute what it waits for, and gives up after five', async () => {
    const started = start(AWAY).catch((error: unknown) => error);
    await clock.advance(0);
    await clock.advance(301_000);
    expect(await started).to.equal(AWAY);
    expect(said.map((sentence) => /\d minutes/.exec(sentence)?.[0])).to.deep.equal([5, 4, 3, 2, 1].map((minutes) => `${minutes} minutes`));
  });

  for (const [name, problem] of Object.entries({ WRONG_PASSWORD, NO_DATABASE, NOT_TRUSTED, UNFIT })) {
    it(`does not wait for what only a person can change (${name})`, async () => {
      expect(await start(problem).catch((error: unknown) => error)).to.equal(problem);
      expect([tries, said]).to.deep.equal([1, []]);
    });
  }

  it('is called off where the server is to end', async () => {
    const started = start(AWAY).catch((error: unknown) => error);
    await clock.advance(0);
    await clock.advance(2_500);
    ending.abort();
    expect(await started).to.equal(AWAY);
    expect(tries).to.equal(3);
  });
});
