// By which ways the collector logs in, in which order, and when it stops.
import { expect } from 'chai';
import { apopTimestamp } from '#plugins/pop3/dist/client/login/waysToLogIn.js';
import type { ProbeResult } from '#plugins/pop3/dist/client/probeLogin.js';
import { CollectingHost, codes, mail } from '../support/collectingHost.js';
import { CHALLENGE, type Logins, loginScript } from '../support/loginServer.js';
import { describeReading } from '../support/readingPlaces.js';

describeReading('the ways to log in at a POP3 server', (place) => {
  let at: CollectingHost;
  afterEach(() => at.stop());

  /** An ISP with one message that announces this and takes that. */
  const isp = async (capabilities: readonly string[], logins: Logins, security: 'plain' | 'tls' = 'plain'): Promise<void> => {
    at = await CollectingHost.start(security, place);
    at.pin();
    at.isp.capabilities = [...capabilities];
    at.isp.script = loginScript(at.isp, logins);
    at.isp.put(mail('one'));
  };
  /** The commands of a session up to the login, without what stands behind a mechanism. */
  const verbs = (session: number): readonly string[] =>
    (at.isp.sessions[session]?.commands ?? [])
      .slice(1)
      .flatMap((command) => (/^(?:USER|PASS|APOP|AUTH \S+)/.exec(command)?.[0] ?? '') || [])
      .slice(0, 6);
  const sentence = async (): Promise<string> => (await at.round()).failed[0]?.message ?? '';
  const probe = (): Promise<ProbeResult> =>
    Promise.resolve(
      at.host.commands.get('pop3.test-login')?.({ account: 'company' } as never, { signal: new AbortController().signal } as never),
    ) as Promise<ProbeResult>;

  it('answers "+" with the response where the server did not look at the one behind AUTH (160)', async () => {
    await isp(['UIDL', 'USER', 'SASL PLAIN'], { takes: ['asks'] });
    expect((await at.round()).stored).to.equal(1);
    expect(verbs(0)).to.deep.equal(['AUTH PLAIN']);
  });

  for (const refusal of ['-ERR Syntax: AUTH mechanism', '-ERR bad command', '-ERR Invalid number of parameters'])
    it(`tries AUTH PLAIN in two steps where its one line is answered with "${refusal}" (160)`, async () => {
      await isp(['UIDL', 'SASL PLAIN'], { takes: ['steps'], says: { 'AUTH PLAIN': refusal } }, 'tls');
      expect((await at.round()).stored).to.equal(1);
      expect(verbs(0)).to.deep.equal(['AUTH PLAIN', 'AUTH PLAIN']);
    });

  for (const refusal of ['-ERR Authentication failed.', '-ERR Login failed.', '-ERR', '-ERR Command not implemented'])
    it(`takes USER and PASS where AUTH PLAIN is answered with "${refusal}", and begins with them in the next session (160)`, async () => {
      await isp(['UIDL', 'USER', 'SASL PLAIN'], { takes: ['user'], says: { 'AUTH PLAIN': refusal } });
      expect((await at.round()).stored).to.equal(1);
      expect(codes(await at.round())).to.deep.equal([]);
      expect(verbs(0).at(-1)).to.equal('PASS');
      expect(verbs(1)).to.deep.equal(['USER', 'PASS']);
    });

  it('tries the next way in another session where the server hangs up behind a refusal (160)', async () => {
    await isp(['UIDL', 'USER', 'SASL PLAIN'], { takes: ['user'], says: { 'AUTH PLAIN': '-ERR Authentication failed' }, hangsUp: true });
    expect(await at.round()).to.deep.include({ stored: 1, failed: [] });
    expect(at.isp.sessions).to.have.length(2);
  });

  it('says that the login was refused where the server hangs up again, and does not come a third time (160)', async () => {
    await isp(['UIDL', 'USER', 'SASL PLAIN'], { takes: [], says: { 'AUTH PLAIN': '-ERR Denied', USER: '-ERR Denied' }, hangsUp: true });
    expect(codes(await at.round())).to.deep.equal(['isp/login-refused']);
    expect(at.isp.sessions).to.have.length(2);
  });

  for (const refusal of ['-ERR [AUTH] Authentication failed.', '-ERR Invalid user name or password'])
    it(`tries nothing more after "${refusal}": servers count wrong passwords (161)`, async () => {
      for (const [capabilities, first] of [
        [['USER', 'SASL PLAIN LOGIN'], 'AUTH PLAIN'],
        [['USER'], 'USER'],
      ] as const) {
        await isp(capabilities, { takes: ['login'], says: { 'AUTH PLAIN': refusal, USER: refusal } }, 'tls');
        const report = await at.round();
        expect(codes(report)).to.deep.equal(['isp/login-refused']);
        expect(report.failed[0]?.message).to.include('Check pop3.user and pop3.password');
        expect(verbs(0)).to.deep.equal([first]);
        await at.stop();
      }
    });

  it('has the password looked at twice at most, and not again by a way that has worked (161)', async () => {
    const says = { 'AUTH PLAIN': '-ERR no', 'AUTH LOGIN': '-ERR no', USER: '-ERR no', APOP: '-ERR no' };
    await isp(['USER', 'SASL PLAIN LOGIN CRAM-MD5'], { takes: [], says }, 'tls');
    at.isp.greeting = `+OK ${CHALLENGE}\r\n`;
    expect(codes(await at.round())).to.deep.equal(['isp/login-refused']);
    expect(verbs(0)).to.have.length(2);
    await at.stop();
    await isp(['USER', 'SASL PLAIN LOGIN'], { takes: ['plain'] }, 'tls');
    expect((await at.round()).stored).to.equal(1);
    at.isp.script = loginScript(at.isp, { takes: [], says });
    expect(codes(await at.round())).to.deep.equal(['isp/login-refused']);
    expect(verbs(1)).to.deep.equal(['AUTH PLAIN']);
  });

  it('shows the password to nobody on the way where it need not: without TLS CRAM-MD5 first, then APOP (162)', async () => {
    await isp(['UIDL', 'USER', 'SASL PLAIN CRAM-MD5'], { takes: ['cram-md5', 'apop', 'plain', 'user'] });
    at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
    expect((await at.round()).stored).to.equal(1);
    at.isp.capabilities = ['UIDL', 'USER'];
    expect(codes(await at.round())).to.deep.equal([]);
    expect([verbs(0), verbs(1)]).to.deep.equal([['AUTH CRAM-MD5'], ['APOP']]);
    expect(at.isp.commands.join('\n')).to.not.include('isp secret').and.to.not.include(Buffer.from('isp secret').toString('base64'));
  });

  it('begins with PLAIN in TLS, since a server that keeps hashes announces CRAM-MD5 and cannot do it (162)', async () => {
    await isp(['UIDL', 'USER', 'SASL CRAM-MD5 LOGIN PLAIN'], { takes: ['plain'] }, 'tls');
    at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
    expect((await at.round()).stored).to.equal(1);
    expect(verbs(0)).to.deep.equal(['AUTH PLAIN']);
  });

  for (const refusal of [
    '-ERR [AUTH] Authentication failed.',
    '-ERR Invalid login or password',
    '-ERR Login failed',
    '-ERR Unknown command',
  ])
    it(`takes "${refusal}" to CRAM-MD5 or APOP for no verdict on the password where the server may keep a hash of it (162)`, async () => {
      const says = { 'AUTH CRAM-MD5': refusal, APOP: refusal };
      for (const capabilities of [['UIDL', 'USER', 'SASL CRAM-MD5'], ['UIDL', 'USER'], undefined]) {
        await isp([], { takes: ['user'], says });
        at.isp.capabilities = capabilities === undefined ? undefined : [...capabilities];
        at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
        expect((await at.round()).stored).to.equal(1);
        await at.stop();
      }
      await isp([], { takes: ['user'], says });
    });

  for (const [way, capabilities] of [
    ['login', ['UIDL', 'SASL LOGIN']],
    ['cram-md5', ['UIDL', 'SASL CRAM-MD5']],
    ['apop', ['UIDL']],
  ] as const)
    it(`logs in where ${way} alone is taken, with TLS and without (163)`, async () => {
      for (const security of ['plain', 'tls'] as const) {
        await isp(capabilities, { takes: [way] }, security);
        at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
        const report = await at.round();
        expect(report, JSON.stringify(report)).to.deep.include({ stored: 1, failed: [] });
        await at.stop();
      }
      await isp([], { takes: [] });
    });

  it('goes on where a way that was announced is none, whatever code says so, as Dovecot with CRAM-MD5 alone announces USER (163)', async () => {
    await isp(
      ['USER', 'SASL CRAM-MD5'],
      { takes: ['cram-md5'], says: { USER: '-ERR [AUTH] Unsupported authentication mechanism.' } },
      'tls',
    );
    expect((await at.round()).stored).to.equal(1);
    expect(verbs(0)).to.deep.equal(['USER', 'AUTH CRAM-MD5']);
  });

  it('forgets what the settings named when they name nothing more', async () => {
    await isp(['USER', 'SASL CRAM-MD5'], { takes: ['cram-md5', 'user'] });
    at.host.accountValues['pop3.auth'] = 'user';
    expect(codes(await at.round())).to.deep.equal([]);
    at.host.accountValues['pop3.auth'] = 'auto';
    expect(codes(await at.round())).to.deep.equal([]);
    expect(verbs(1)).to.deep.equal(['AUTH CRAM-MD5']);
  });

  it('takes the way that pop3.auth names and no other, announced or not (164)', async () => {
    const all = ['plain', 'steps', 'login', 'cram-md5', 'apop', 'user'] as const;
    for (const [auth, verb] of [
      ['plain', 'AUTH PLAIN'],
      ['login', 'AUTH LOGIN'],
      ['cram-md5', 'AUTH CRAM-MD5'],
      ['apop', 'APOP'],
      ['user', 'USER'],
    ] as const) {
      await isp(['UIDL'], { takes: all });
      at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
      at.host.accountValues['pop3.auth'] = auth;
      expect((await at.round()).stored, auth).to.equal(1);
      expect(verbs(0)[0]).to.equal(verb);
      at.isp.script = loginScript(at.isp, { takes: [] });
      const report = await at.round();
      expect(codes(report), auth).to.deep.equal(['isp/no-login']);
      expect(report.failed[0]?.message).to.include('Set pop3.auth to auto');
      expect(new Set(verbs(1))).to.deep.equal(new Set([verb]));
      await at.stop();
    }
    await isp([], { takes: [] });
  });

  it('reads a timestamp for APOP only where it is a message id, so that nobody on the line makes one up (CVE-2007-1558)', async () => {
    for (const [greeting, timestamp] of [
      ['+OK POP3 <1896.697170952@dbc.mtview.ca.us> ready', '<1896.697170952@dbc.mtview.ca.us>'],
      ['+OK <16c0.1.5f/HwY3Lw==@[192.0.2.7]>', '<16c0.1.5f/HwY3Lw==@[192.0.2.7]>'],
      ['+OK <no at sign>', undefined],
      ['+OK <1@\x80\xff>', undefined],
      ['+OK <\x01\x02@isp.example>', undefined],
      ['+OK <a b@isp.example>', undefined],
      ['+OK <@isp.example>', undefined],
      ['+OK ready', undefined],
      [`+OK <${'x'.repeat(4_000)}@isp.example>`, undefined],
    ] as const)
      expect(apopTimestamp(greeting), greeting).to.equal(timestamp);
    await isp(['UIDL', 'USER'], { takes: ['user'] });
    at.isp.greeting = '+OK <\x80\x81@isp.example>\r\n';
    expect((await at.round()).stored).to.equal(1);
    expect(verbs(0)).to.deep.equal(['USER', 'PASS']);
  });

  it('gives a login up where the server asks what the way does not have', async () => {
    for (const [capabilities, question] of [
      [['SASL CRAM-MD5'], '+ \r\n'],
      [['SASL LOGIN'], '+ cXVlc3Rpb24=\r\n'],
      [['SASL PLAIN'], '+ cXVlc3Rpb24=\r\n'],
    ] as const) {
      await isp(capabilities, { takes: [] }, 'tls');
      at.isp.script = (command) => (command === 'CAPA' ? undefined : command === '*' ? '-ERR ok\r\n' : question);
      expect(codes(await at.round())).to.deep.equal(['isp/protocol']);
      expect(at.isp.commands.at(-1)).to.equal('*');
      await at.stop();
    }
    await isp([], { takes: [] });
  });

  it('says that nothing here fits what the ISP offers, names it, and never calls the password wrong (165)', async () => {
    for (const [capabilities, says] of [
      [['SASL XOAUTH2'], { USER: '-ERR [AUTH] Basic authentication is blocked' }],
      [['SASL XOAUTH2 OAUTHBEARER', 'TOP'], { USER: '-ERR Unknown command' }],
      [['SASL XOAUTH2'], { PASS: '-ERR Authentication failure: unknown user name or bad password.' }],
      [['SASL GSSAPI NTLM'], { USER: '-ERR Login by password is refused' }],
    ] as const) {
      await isp(capabilities, { takes: ['PASS' in says ? 'user' : 'login'], says }, 'tls');
      const report = await at.round();
      expect(codes(report)).to.deep.equal(['isp/no-login']);
      const message = report.failed[0]?.message ?? '';
      for (const name of capabilities[0].split(' ').slice(1)) expect(message).to.include(name);
      expect(message).to.include('no way to log in that Postroom knows').and.not.include('pop3.password');
      expect(message.includes('OAuth, which')).to.equal(message.includes('XOAUTH2'));
      expect((await probe()).problem).to.deep.equal({ code: 'isp/no-login', message });
      await at.stop();
    }
    await isp([], { takes: [] });
  });

  it('says so where every way is refused as such (165)', async () => {
    await isp(['USER', 'SASL PLAIN'], { takes: [] }, 'tls');
    const message = await sentence();
    expect(message).to.include('AUTH PLAIN: "Unknown command"').and.include('USER and PASS: "Unknown command"');
    expect(message).to.not.include('pop3.password');
  });

  it('sends no password where CAPA offers STLS and no login: TLS is what the ISP wants (166)', async () => {
    for (const capabilities of [
      ['TOP', 'UIDL', 'STLS'],
      ['stls', 'SASL XOAUTH2'],
    ]) {
      await isp(capabilities, { takes: ['user'] });
      const report = await at.round();
      expect(codes(report)).to.deep.equal(['isp/tls']);
      expect(report.failed[0]?.message).to.include('The ISP takes no login without TLS: set pop3.security to starttls or tls.');
      expect(report.retryAfter, 'the next round may try').to.equal(undefined);
      expect(at.isp.commands).to.deep.equal(['CAPA']);
      expect((await probe()).problem?.code).to.equal('isp/tls');
      await at.stop();
    }
    await isp([], { takes: [] });
  });

  for (const refusal of [
    '-ERR [AUTH] Use STLS before you log in',
    '-ERR Plaintext authentication disallowed on non-secure (SSL/TLS) connections.',
    '-ERR [AUTH] USER command only available under a layer',
    '-ERR Only over an encrypted line, please',
    '-ERR Clear text passwords are off',
  ])
    it(`takes "${refusal}" to any step of a login for a wish for TLS (166)`, async () => {
      for (const [capabilities, step] of [
        [['USER'], 'USER'],
        [['USER'], 'PASS'],
        [['SASL PLAIN', 'USER'], 'AUTH PLAIN'],
        [undefined, 'USER'],
      ] as const) {
        await isp([], { takes: step === 'PASS' ? ['user'] : [], says: { [step]: refusal } });
        at.isp.capabilities = capabilities === undefined ? undefined : [...capabilities];
        const report = await at.round();
        expect(codes(report), step).to.deep.equal(['isp/tls']);
        expect(report.failed[0]?.message)
          .to.include('set pop3.security to starttls or tls')
          .and.include(refusal.replace(/^-ERR (?:\[AUTH\] )?/, ''));
        expect(at.isp.sessions).to.have.length(1);
        await at.stop();
      }
      await isp([], { takes: [] });
    });

  it('takes a refusal as a command for a wish for TLS where STLS is offered: Exchange says no more (166)', async () => {
    await isp(['USER', 'STLS'], { takes: [], says: { USER: '-ERR Command is not valid in this state.' } });
    expect(codes(await at.round())).to.deep.equal(['isp/tls']);
  });

  it('does not ask for TLS in TLS', async () => {
    await isp(['USER'], { takes: [], says: { USER: '-ERR Your TLS certificate says otherwise' } }, 'tls');
    expect(codes(await at.round())).to.deep.equal(['isp/login-refused']);
  });

  it('goes by what CAPA says in TLS', async () => {
    at = await CollectingHost.start('starttls', place);
    at.pin();
    at.isp.put(mail('one'));
    at.isp.capabilities = ['UIDL', 'STLS'];
    at.isp.script = (command, session) => {
      if (session.secure) at.isp.capabilities = ['UIDL', 'USER'];
      return command === 'NEVER' ? '' : undefined;
    };
    expect((await at.round()).stored).to.equal(1);
  });

  for (const [text, code] of [
    ['[AUTH] Account exceeded command or bandwidth limits', 'isp/temporary'],
    ['[AUTH] Too many failed logins, try later', 'isp/login-refused'],
    ['You poll too often, wait a while', 'isp/temporary'],
    ['Backend error', 'isp/temporary'],
    ['Sorry, not right now', 'isp/temporary'],
    ['Cannot open the maildrop', 'isp/temporary'],
    ['A session is already active for this maildrop', 'isp/in-use'],
    ['Sorry', 'isp/login-refused'],
    ['Wrong password, and too many of them', 'isp/login-refused'],
    ['POP access is disabled for this mailbox', 'isp/permanent'],
  ] as const)
    it(`takes "-ERR ${text}" for ${code}, by USER and by AUTH PLAIN, and does not try another way then (167)`, async () => {
      for (const capabilities of [['USER'], ['SASL PLAIN']]) {
        await isp(capabilities, { takes: [], says: { USER: `-ERR ${text}`, 'AUTH PLAIN': `-ERR ${text}` } }, 'tls');
        const report = await at.round();
        expect(codes(report)).to.deep.equal([code]);
        expect(at.isp.sessions).to.have.length(1);
        const minutes = ((report.retryAfter?.getTime() ?? 0) - Date.now()) / 60_000;
        if (code === 'isp/temporary' || code === 'isp/in-use') expect(minutes).to.be.within(1, 6);
        expect((await probe()).problem?.code).to.equal(code);
        await at.stop();
      }
      await isp([], { takes: [] });
    });

  it('shows neither password, response nor digest of any way, also where the server repeats it (C10)', async () => {
    for (const [auth, takes] of [
      ['login', 'login'],
      ['cram-md5', 'cram-md5'],
      ['apop', 'apop'],
      ['plain', 'steps'],
      ['plain', 'asks'],
    ] as const) {
      await isp(['UIDL'], { takes: [takes] });
      at.isp.greeting = `+OK ready ${CHALLENGE}\r\n`;
      at.host.accountValues['pop3.auth'] = auth;
      const good = await probe();
      expect(good.ok, auth).to.equal(true);
      const sent = at.isp.commands.flatMap((command) => command.split(' ').filter((word) => word.length > 12));
      const script = at.isp.script;
      at.isp.script = (command, session) => {
        const said = script(command, session);
        return typeof said === 'string' && said.startsWith('+OK in') ? `-ERR ${command} is not mine\r\n` : said;
      };
      const shown = JSON.stringify([good, await probe(), await at.round(), at.host.log]);
      for (const secret of [...sent, 'isp secret', Buffer.from('isp secret').toString('base64')])
        expect(shown, auth).to.not.include(secret);
      await at.stop();
    }
    await isp([], { takes: [] });
  });
});
