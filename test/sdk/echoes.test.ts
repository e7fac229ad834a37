import { withoutEcho } from '@postroom/sdk';
import { expect } from 'chai';

const SECRET = 'Rosen8garten!';
const RESPONSE = Buffer.from(`\0mail\0${SECRET}`).toString('base64');
const HIDDEN = '(hidden: it repeats what it was told)';
const shown = (answer: string): string => withoutEcho(answer, [SECRET, RESPONSE]);

describe('an answer to a login, fit to be shown', () => {
  it('stays as it is where it repeats nothing', () => {
    for (const answer of [
      '-ERR [AUTH] wrong password for mail',
      '535-5.7.8 No\r\n535 5.7.8 https://support.example/?p=8',
      '+OK',
      '',
      '+ ',
    ]) {
      expect(shown(answer)).to.equal(answer);
      expect(withoutEcho(answer, [''])).to.equal(answer);
    }
  });

  it('keeps only its reply code where it repeats a secret', () => {
    expect(shown(`-ERR [AUTH] PASS ${SECRET} is wrong`)).to.equal(`-ERR [AUTH] ${HIDDEN}`);
    expect(shown(`+OK ${SECRET}`)).to.equal(`+OK ${HIDDEN}`);
    expect(shown(`535 5.7.8 ${RESPONSE}`)).to.equal(`535 5.7.8 ${HIDDEN}`);
    expect(shown(`535-5.7.8 Sorry\r\n535 ${SECRET}`)).to.equal(`535 5.7.8 ${HIDDEN}`);
    expect(shown(`PASS ${SECRET}`)).to.equal(HIDDEN);
    expect(shown(`+ ${RESPONSE}`)).to.equal(`+ ${HIDDEN}`);
    expect(withoutEcho('-ERR [SECRET] no', ['secret']), 'even where the code is the secret').to.equal(HIDDEN);
  });

  it('shows nothing of an echo that is cut, in other letters, in base64 or in octets', () => {
    const echoes = [
      SECRET.slice(0, 6),
      SECRET.slice(-6),
      SECRET.toUpperCase(),
      Buffer.from(SECRET).toString('base64'),
      RESPONSE.slice(8, 16),
      `AUTH PLAIN ${RESPONSE.slice(0, 20)}`,
    ];
    for (const echo of echoes) expect(shown(`535 5.7.8 What is ${echo}?`), echo).to.equal(`535 5.7.8 ${HIDDEN}`);
    expect(withoutEcho(Buffer.from('-ERR Grüße').toString('latin1'), ['Grüße aus Köln'])).to.equal(`-ERR ${HIDDEN}`);
    expect(withoutEcho('-ERR what is 1234?', ['1234']), 'a short secret as a whole').to.equal(`-ERR ${HIDDEN}`);
  });

  it('keeps what servers say to everybody, whatever the password', () => {
    for (const password of ['wrong', 'password', 'mypassword1', 'Mailbox2026', 'authentication'])
      for (const answer of [
        '-ERR [AUTH] Wrong user or password',
        '535 5.7.8 Application-specific password required',
        '535 Authentication failed for your mailbox',
      ])
        expect(withoutEcho(answer, [password]), password).to.equal(answer);
    for (const password of ['mypassword1', 'wrong-password', 'the wrong password'])
      expect(withoutEcho(`535 what is ${password}?`, [password]), password).to.equal(`535 ${HIDDEN}`);
  });

  it('is the same for secrets of any length', () => {
    for (const secret of ['abc123', 'x'.repeat(300)]) expect(withoutEcho(`535 ${secret}`, [secret])).to.equal(`535 ${HIDDEN}`);
  });
});
