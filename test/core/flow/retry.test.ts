import { expect } from 'chai';
import { fetchWait, isHopeless, relayWait } from '#core/flow/retry.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('when to try again', () => {
  it('R03 to send: 5, 15, 30 minutes, 1, 2 hours, then every 4 hours', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 7, 100].map((attempts) => relayWait(attempts) / MINUTE);
    expect(minutes).to.deep.equal([5, 15, 30, 60, 120, 240, 240, 240]);
    expect(relayWait(0), 'never less').to.equal(5 * MINUTE);
  });

  it('gives up after five days and twelve tries, not after one of them alone', () => {
    expect(isHopeless(5 * DAY, 12)).to.equal(true);
    expect(isHopeless(5 * DAY - 1, 100)).to.equal(false);
    expect(isHopeless(400 * DAY, 11), 'the clock jumped').to.equal(false);
  });

  it('to fetch: after a refused login half an hour, doubled up to four hours (85)', () => {
    for (const code of ['isp/login-refused', 'isp/permanent', 'isp/no-password']) {
      expect(
        [1, 2, 3, 4, 5, 50].map((failures) => fetchWait(code, failures) / MINUTE),
        code,
      ).to.deep.equal([30, 60, 120, 240, 240, 240]);
    }
  });

  it('to fetch: at most half an hour where the ISP wants TLS, another login, or says later: no password is at stake (169)', () => {
    for (const code of ['isp/tls', 'isp/no-login', 'isp/temporary']) {
      expect(Math.max(...[1, 2, 6, 50].map((failures) => fetchWait(code, failures) / MINUTE)), code).to.equal(30);
    }
  });

  it('to fetch: minutes where the mailbox is in use, and where the ISP is down (84)', () => {
    expect([1, 2, 5, 9].map((failures) => fetchWait('isp/in-use', failures) / MINUTE)).to.deep.equal([1, 2, 5, 5]);
    expect([1, 2, 3, 6, 7, 60].map((failures) => fetchWait('isp/unreachable', failures) / MINUTE)).to.deep.equal([1, 2, 4, 30, 30, 30]);
  });
});
