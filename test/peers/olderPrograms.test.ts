// Libraries, older mail programs and load generators: each is let loose on a running server as its own manual says.
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream';
import { expect } from 'chai';
import { eventually } from './eventually.js';
import { complaints } from './loadReport.js';
import { program, succeed } from './program.js';
import { readMailbox } from './reading.js';
import { PASSWORD } from './settings.js';
import { obstacle } from './workFolder.js';
import { World } from './world.js';

const POPLIB = `
import json, poplib, ssl, sys
way, port, user, password, ca = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
context = ssl.create_default_context(cafile=ca)
p = poplib.POP3_SSL('localhost', port, context=context) if way == 'tls' else poplib.POP3('localhost', port)
if way == 'starttls': p.stls(context=context)
capabilities = sorted(p.capa())
p.user(user); p.pass_(password)
count, octets = p.stat()
sizes = [int(line.split()[1]) for line in p.list()[1]]
ids = [line.split()[1].decode() for line in p.uidl()[1]]
messages = [p.retr(number + 1)[1] for number in range(count)]
tops = [p.top(number + 1, 0)[1] for number in range(count)]
p.dele(1); p.rset(); p.noop(); p.quit()
print(json.dumps({'capabilities': capabilities, 'total': octets, 'sizes': sizes, 'ids': ids,
  'lengths': [sum(len(line) + 2 for line in lines) for lines in messages],
  'tops': [all(a == b for a, b in zip(top, lines)) and len(top) <= len(lines) for top, lines in zip(tops, messages)]}))
`;

const SMTPLIB = `
import smtplib, ssl, sys
way, port, user, password, ca = sys.argv[1], int(sys.argv[2]), *sys.argv[3:]
context = ssl.create_default_context(cafile=ca)
s = smtplib.SMTP_SSL('localhost', port, context=context) if way == 'tls' else smtplib.SMTP('localhost', port)
if way == 'starttls': s.starttls(context=context)
s.login(user, password)
text = 'Subject: smtplib ' + way + '\\r\\n\\r\\n.\\r\\n..\\r\\nGr\\u00fc\\u00dfe\\r\\n'
refused = s.sendmail('john@works.example', ['lisa@works.example', 'a b@works.example'], text.encode('utf-8'), mail_options=['BODY=8BITMIME'])
print(len(refused))
s.quit()
`;

describe('older mail programs, libraries and load', function () {
  this.timeout(180_000);
  let world: World;
  let ca = '';

  before(async function () {
    const reason = obstacle();
    if (reason !== undefined) this.skip();
    world = await World.start();
    ca = path.join(world.work.path, 'cert.pem');
  });
  after(async () => {
    await world?.stop();
  });

  const ways = ['plain', 'starttls', 'tls'] as const;
  const port = (protocol: 'pop3' | 'smtp', way: (typeof ways)[number]): string => String(world.office.port(protocol, way));

  async function subjects(user: string): Promise<readonly string[]> {
    return (await readMailbox(world, user)).map((message) => /^subject: (.*)\r$/im.exec(message.toString('latin1'))?.[1] ?? '');
  }

  /** Skips where the program is not there; test/peers/run installs those that it knows. */
  async function needs(context: Mocha.Context, command: string): Promise<void> {
    const { code } = await program('sh', ['-c', `PATH="$PATH:/usr/sbin" command -v ${command}`]);
    if (code !== 0) context.skip();
  }

  for (const way of ways) {
    it(`smtplib hands in a message, and is told of the one address that is none (${way})`, async () => {
      const refused = await succeed('python3', ['-c', SMTPLIB, way, port('smtp', way), 'john', PASSWORD, ca]);
      expect(refused.toString().trim()).to.equal('1');
      expect(await subjects('lisa')).to.include(`smtplib ${way}`);
    });

    it(`poplib reads what LIST promises, octet for octet (${way})`, async () => {
      const out = await succeed('python3', ['-c', POPLIB, way, port('pop3', way), 'lisa', PASSWORD, ca]);
      const read = JSON.parse(out.toString()) as {
        total: number;
        sizes: number[];
        ids: string[];
        lengths: number[];
        tops: boolean[];
        capabilities: string[];
      };
      expect(read.lengths).to.deep.equal(read.sizes);
      expect(read.total).to.equal(read.sizes.reduce((sum, size) => sum + size, 0));
      expect(new Set(read.ids).size).to.equal(read.sizes.length);
      expect(read.tops.every(Boolean)).to.equal(true);
      // Asked for in TLS, or on a port without.
      expect(read.capabilities).to.not.include('STLS');
    });
  }

  for (const [way, retriever] of [
    ['plain', 'SimplePOP3Retriever'],
    ['tls', 'SimplePOP3SSLRetriever'],
  ] as const) {
    it(`getmail takes the mail into a Maildir, and knows it the next time (${way})`, async function () {
      await needs(this, 'getmail');
      const folder = path.join(world.work.path, `getmail-${way}`);
      // It never delivers as root.
      for (const part of ['', 'Mail', 'Mail/new', 'Mail/cur', 'Mail/tmp']) {
        await mkdir(path.join(folder, part));
        await chmod(path.join(folder, part), 0o777);
      }
      const security = way === 'tls' ? `ca_certs = ${ca}\n` : '';
      await writeFile(
        path.join(folder, 'rc'),
        `[retriever]\ntype = ${retriever}\nserver = localhost\nport = ${port('pop3', way)}\nusername = lisa\npassword = ${PASSWORD}\n${security}` +
          `[destination]\ntype = Maildir\npath = ${folder}/Mail/\nuser = nobody\n[options]\nread_all = false\ndelete = false\n`,
      );
      const run = (): Promise<unknown> => succeed('getmail', ['--getmaildir', folder, '--rcfile', path.join(folder, 'rc')]);
      await run();
      const names = await readdir(path.join(folder, 'Mail', 'new'));
      expect(names).to.have.length((await subjects('lisa')).length);
      await run();
      expect(await readdir(path.join(folder, 'Mail', 'new'))).to.have.length(names.length);
    });
  }

  it('s-nail hands in a message by STARTTLS and reads it by POP3 with TLS', async function () {
    await needs(this, 's-nail');
    const tls = ['-S', 'v15-compat=yes', '-S', `tls-ca-file=${ca}`, '-S', 'tls-ca-no-defaults=yes', '-S', 'tls-verify=strict'];
    const login = `${encodeURIComponent('john')}:${encodeURIComponent(PASSWORD)}`;
    const sending = ['-n', ...tls, '-S', `mta=smtp://${login}@localhost:${port('smtp', 'starttls')}`, '-S', 'smtp-config=starttls,plain'];
    await succeed(
      's-nail',
      [...sending, '-S', 'from=john@works.example', '-S', 'sendwait=yes', '-s', 'from s-nail', 'john@works.example'],
      'Hello.\n.\n..\n',
    );
    expect(await subjects('john')).to.include('from s-nail');
    const reading = await succeed('s-nail', [
      '-n',
      '-#',
      ...tls,
      '-R',
      '-f',
      '-Y',
      'headers *',
      '-Y',
      'exit',
      `pop3s://${login}@localhost:${port('pop3', 'tls')}`,
    ]);
    expect(reading.toString()).to.include('from s-nail');
  });

  it('mutt hands in a message by TLS and fetches the mailbox by POP3', async function () {
    await needs(this, 'mutt');
    const folder = path.join(world.work.path, 'mutt');
    await mkdir(folder);
    const spool = path.join(folder, 'spool');
    await writeFile(spool, '');
    await writeFile(
      path.join(folder, 'rc'),
      [
        `set from="john@works.example" use_from=yes realname="John" copy=no folder="${folder}" spoolfile="${spool}" mbox_type=mbox`,
        `set smtp_url="smtps://john@localhost:${port('smtp', 'tls')}/" smtp_pass="${PASSWORD}" smtp_authenticators="plain"`,
        `set pop_host="pops://john@localhost:${port('pop3', 'tls')}/" pop_pass="${PASSWORD}" pop_delete=no pop_checkinterval=0`,
        `set certificate_file="${ca}" ssl_usesystemcerts=no ssl_force_tls=yes move=no confirmappend=no wait_key=no quit=yes`,
        '',
      ].join('\n'),
    );
    const mutt = ['-n', '-F', path.join(folder, 'rc')];
    await succeed('mutt', [...mutt, '-s', 'from mutt', 'john@works.example'], 'Hello.\n.\n');
    expect(await subjects('john')).to.include('from mutt');
    const fetching = `TERM=xterm mutt ${mutt.join(' ')} -f ${spool} -e 'push "<fetch-mail><sync-mailbox><quit>"'`;
    await program('timeout', ['30', 'script', '-qec', fetching, '/dev/null']);
    expect(await readFile(spool, 'latin1')).to.match(/^Subject: from mutt$/m);
  });

  it('smtp-source hands in fifty messages over five sessions', async () => {
    const before = (await subjects('john')).length;
    const target = `127.0.0.1:${port('smtp', 'plain')}`;
    await succeed('/usr/sbin/smtp-source', [
      '-c',
      '-s',
      '5',
      '-m',
      '50',
      '-l',
      '4096',
      '-f',
      'lisa@works.example',
      '-t',
      'john@works.example',
      '-M',
      'localhost',
      target,
    ]);
    await eventually('fifty messages', async () => ((await subjects('john')).length === before + 50 ? true : undefined));
  });

  it('postal sends without an error', async function () {
    await needs(this, 'postal');
    const folder = path.join(world.work.path, 'postal');
    await mkdir(folder);
    await chmod(folder, 0o777);
    await writeFile(path.join(folder, 'to'), 'john@works.example\n');
    await writeFile(path.join(folder, 'from'), 'lisa@works.example\n');
    const before = (await subjects('john')).length;
    const limits = ['-t', '2', '-c', '3', '-r', '120', '-m', '4', '-p', port('smtp', 'plain')];
    // On a busy machine it needs a second run until something has arrived.
    await eventually('a message of postal', async () => {
      const { out, error } = await program('timeout', [
        '6',
        'postal',
        ...limits,
        '-f',
        path.join(folder, 'from'),
        '127.0.0.1',
        path.join(folder, 'to'),
      ]);
      expect(complaints(`${out.toString()}${error}`)).to.deep.equal([]);
      return (await subjects('john')).length > before || undefined;
    });
  });

  it('rabid reads and deletes without an error', async function () {
    await needs(this, 'rabid');
    // It knows port 110 only, which a mail server of this machine may have on all addresses; and it splits its list of users at spaces.
    const door = createServer((client) => {
      // However one of them ends, so does the other.
      pipeline(client, connect(world.office.port('pop3', 'plain'), '127.0.0.1'), client, () => undefined);
    }).listen(110, '127.0.0.77');
    if (!(await once(door, 'listening').then(Boolean, () => false))) this.skip();
    try {
      await world.office.command(['users', 'set-password', 'works', 'john'], 'oneword\n');
      const list = path.join(world.work.path, 'rabid-users');
      await writeFile(list, 'john oneword\n');
      const { out, error } = await program('timeout', [
        '6',
        'rabid',
        '-p',
        '1',
        '-r',
        '120',
        '-c',
        '5',
        '-d',
        '100:100',
        '127.0.0.77',
        list,
      ]);
      expect(complaints(`${out.toString()}${error}`)).to.deep.equal([]);
    } finally {
      door.close();
      await world.office.command(['users', 'set-password', 'works', 'john'], `${PASSWORD}\n`);
    }
  });

  it('openssl shakes hands by TLS 1.2 and 1.3 with our certificate and by no older version', async () => {
    for (const [protocol, goodbye] of [
      ['pop3', 'QUIT\n'],
      ['smtp', 'QUIT\n'],
    ] as const) {
      for (const [version, expected] of [
        ['-tls1_3', 0],
        ['-tls1_2', 0],
        ['-tls1_1', 1],
      ] as const) {
        for (const to of [
          ['-starttls', protocol, '-connect', `localhost:${port(protocol, 'starttls')}`],
          ['-connect', `localhost:${port(protocol, 'tls')}`],
        ]) {
          const args = [
            's_client',
            ...to,
            version,
            '-CAfile',
            ca,
            '-verify_return_error',
            '-verify_hostname',
            'localhost',
            '-ign_eof',
            '-crlf',
          ];
          const { code, out } = await program('openssl', args, goodbye);
          expect(code === 0 ? 0 : 1, `${protocol} ${to.join(' ')} ${version}: ${out.toString().slice(-300)}`).to.equal(expected);
        }
      }
    }
  });
});
