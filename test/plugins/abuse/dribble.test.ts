import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';
import { Dribblers, STAGES } from './dribble.js';

/** `POSTROOM_DRIBBLERS=1000` plays the long form. */
const COUNT = Number(process.env['POSTROOM_DRIBBLERS'] ?? 180);
const SECOND = 1_000;
/** Beyond every limit of a session that gets nowhere: two minutes to begin, five for a command or for 4 KB of a message. */
const ALL_LIMITS = 13 * 60;

describe('dribbling SMTP sessions', function () {
  this.timeout(180_000);
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  it(`S67 end by the limits at each of ${STAGES.length} stages, cost little, and keep nobody from sending`, async () => {
    const clock = new VirtualClock();
    const postroom = await Postroom.start({
      clock,
      settings: { 'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'starttls' }], 'smtp.maxConnections': COUNT + 50 },
    });
    const dribblers = new Dribblers();
    try {
      const before = process.memoryUsage().rss;
      await dribblers.begin(postroom.port('smtp'), COUNT);
      expect(dribblers.open).to.equal(COUNT);
      for (let second = 0; second < 20; second += 1) {
        dribblers.dribble();
        await clock.advance(SECOND);
      }
      expect(await postroom.submit('john', ['lisa@works.example'], 'Subject: Between them\r\n\r\nx')).to.match(/^250 /);
      expect((process.memoryUsage().rss - before) / 2 ** 20, 'MB').to.be.below(50 + COUNT / 2);
      // They go on for as long as they may.
      for (let second = 0; second < ALL_LIMITS && dribblers.open > 0; second += 5) {
        dribblers.dribble();
        await clock.advance(5 * SECOND);
      }
      await until('every one of them has ended', async () => {
        await clock.advance(SECOND);
        return dribblers.open === 0;
      });
      expect(await postroom.submit('lisa', ['john@works.example'], 'Subject: After them\r\n\r\nx')).to.match(/^250 /);
      expect(await postroom.subjects('john'), 'nothing of theirs').to.deep.equal(['After them']);
      expect(dribblers.told.get('in the text')).to.include('421 4.4.2');
    } finally {
      dribblers.end();
      await postroom.stop();
    }
  });
});
