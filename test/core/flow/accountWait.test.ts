import { expect } from 'chai';
import { accountWait } from '#core/flow/accountWait.js';

const MINUTE = 60_000;

describe('how long an account waits after a failure', () => {
  it('to fetch: after a refused login half an hour, doubled up to four hours (85)', () => {
    for (const code of ['isp/login-refused', 'isp/permanent', 'isp/no-password']) {
      expect(
        [1, 2, 3, 4, 5, 50].map((failures) => accountWait(code, failures) / MINUTE),
        code,
      ).to.deep.equal([30, 60, 120, 240, 240, 240]);
    }
  });

  it('to fetch: at most half an hour where the ISP wants TLS, another login, or says later: no password is at stake (169)', () => {
    for (const code of ['isp/tls', 'isp/no-login', 'isp/temporary']) {
      expect(Math.max(...[1, 2, 6, 50].map((failures) => accountWait(code, failures) / MINUTE)), code).to.equal(30);
    }
  });

  it('to fetch: minutes where the mailbox is in use, and where the ISP is down (84)', () => {
    expect([1, 2, 5, 9].map((failures) => accountWait('isp/in-use', failures) / MINUTE)).to.deep.equal([1, 2, 5, 5]);
    expect([1, 2, 3, 6, 7, 60].map((failures) => accountWait('isp/unreachable', failures) / MINUTE)).to.deep.equal([1, 2, 4, 30, 30, 30]);
  });
});
