// What people see of a login at the outgoing server, whichever way it is made.
import { expect } from 'chai';
import { transcriptLogger } from '#plugins/smtp/dist/relay/transcript.js';
import { relayingHost } from './relayingHost.js';

interface LoginTest {
  readonly ok: boolean;
  readonly transcript: readonly string[];
  readonly problem?: string;
}

/** Of the length of a word, of a sentence, and with letters that base64 and Latin-1 write otherwise. */
const PASSWORDS = ['geheim', `Rosengarten ${'und noch viel mehr '.repeat(9)}`, 'Grüße~"\\=+/'];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the transcript of a login by SMTP', () => {
  const at = relayingHost();

  const test = async (password: string): Promise<LoginTest> => {
    at.host.secrets.set('smtp.password', password);
    return (await at.host.commands.get('smtp.test-login')?.(
      { account: 'company' } as never,
      { signal: at.abort.signal } as never,
    )) as LoginTest;
  };
  const login = ({ transcript }: LoginTest): readonly string[] => {
    const begin = transcript.findIndex((line) => line.startsWith('C: AUTH'));
    return transcript.slice(begin, transcript.indexOf('C: QUIT') < 0 ? undefined : transcript.indexOf('C: QUIT'));
  };

  it('is the same for every password with AUTH PLAIN', async () => {
    await at.connectTo();
    for (const password of PASSWORDS) {
      expect(login(await test(password))).to.deep.equal(['C: AUTH PLAIN (hidden)', 'S: 235 2.7.0 Welcome']);
      expect(at.isp.commands, 'the password was really sent').to.include(`AUTH PLAIN ${base64(`\0mail\0${password}`)}`);
    }
  });

  it('is the same for every password with AUTH LOGIN', async () => {
    const steps = { 'AUTH LOGIN': '334 VXNlcm5hbWU6', [base64('mail')]: '334 UGFzc3dvcmQ6' };
    await at.connectTo({
      extensions: ['AUTH LOGIN'],
      answer: (_verb, line) => steps[line] ?? (line === 'QUIT' || /^(?:EHLO.*)?$/.test(line) ? undefined : '235 In'),
    });
    for (const password of PASSWORDS) {
      expect(login(await test(password))).to.deep.equal([
        'C: AUTH LOGIN',
        'S: 334 VXNlcm5hbWU6',
        'C: (hidden)',
        'S: 334 UGFzc3dvcmQ6',
        'C: (hidden)',
        'S: 235 In',
      ]);
      expect(at.isp.commands).to.include(base64(password));
    }
  });

  it('is the same for every password with CRAM-MD5', async () => {
    await at.connectTo({
      extensions: ['AUTH CRAM-MD5'],
      answer: (_verb, line) =>
        line === 'AUTH CRAM-MD5' ? '334 PDEyMzRAaXNwLmV4YW1wbGU+' : line === 'QUIT' || /^(?:EHLO.*)?$/.test(line) ? undefined : '235 In',
    });
    for (const password of PASSWORDS) {
      expect(login(await test(password))).to.deep.equal([
        'C: AUTH CRAM-MD5',
        'S: 334 PDEyMzRAaXNwLmV4YW1wbGU+',
        'C: (hidden)',
        'S: 235 In',
      ]);
    }
  });

  it('hides what the server repeats, in the transcript and in the reason', async () => {
    for (const password of PASSWORDS) {
      await at.connectTo({
        extensions: ['AUTH PLAIN'],
        answer: (verb, line) => (verb === 'AUTH' ? `535-5.7.8 What is\n535 5.7.8 ${line}?` : undefined),
      });
      const result = await test(password);
      expect(login(result)).to.include('S: 535 5.7.8 (hidden: it repeats what it was told)');
      expect(result.problem).to.match(/^Invalid login: 535 5\.7\.8 \(hidden: it repeats what it was told\)$/);
      expect((await at.one())?.text, 'nor does the Outbox show it').to.equal('535 5.7.8 (hidden: it repeats what it was told)');
      expect(at.host.logged.join('\n')).to.not.include(base64(`\0mail\0${password}`));
      await at.host.stop();
      await at.isp.stop();
    }
    await at.connectTo();
  });

  it('shows of XOAUTH2, and of any other mechanism, the name only', () => {
    const lines: string[] = [];
    const { debug } = transcriptLogger((line) => lines.push(line), ['ya29.token']);
    for (const text of ['AUTH XOAUTH2 dXNlcj1tYWlsAWF1dGg9QmVhcmVyIHlhMjkudG9rZW4BAQ==', 'AUTH X-OTHER ya29 token']) {
      debug?.({ tnx: 'client' }, text);
      debug?.({ tnx: 'server' }, '334 eyJzdGF0dXMiOiI0MDAifQ==');
      debug?.({ tnx: 'client' }, '');
      debug?.({ tnx: 'server' }, '535 no');
      debug?.({ tnx: 'client' }, 'RSET');
    }
    expect(lines).to.deep.equal(
      ['XOAUTH2', 'X-OTHER'].flatMap((name) => [
        `C: AUTH ${name} (hidden)`,
        'S: 334 eyJzdGF0dXMiOiI0MDAifQ==',
        'C: (hidden)',
        'S: 535 no',
        'C: RSET',
      ]),
    );
  });
});
