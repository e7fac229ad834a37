// Postfix as the ISP's SMTP server: wants TLS and a login, refuses one recipient, keeps everything else in a Maildir.
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './daemon.js';
import { NOBODY } from './dovecot.js';
import type { WorkFolder } from './workFolder.js';

const run = promisify(execFile);

/** The ISP knows nobody of this name. */
export const REFUSED = 'nobody@far.example';

export class Postfix {
  private constructor(
    private readonly folder: string,
    /** STARTTLS. */
    readonly port: number,
  ) {}

  static async start(work: WorkFolder, authSocket: string): Promise<Postfix> {
    const folder = path.join(work.path, 'postfix');
    const [port = 0] = await freePorts(1);
    const postfix = new Postfix(folder, port);
    for (const part of ['etc', 'queue', 'data', 'out']) await mkdir(path.join(folder, part), { recursive: true });
    await run('chown', ['postfix', path.join(folder, 'data')]);
    await run('chown', [String(NOBODY.id), path.join(folder, 'out')]);
    await writeFile(path.join(folder, 'etc', 'main.cf'), mainCf(folder, work.path, authSocket));
    await writeFile(path.join(folder, 'etc', 'master.cf'), masterCf(port));
    await chmod(path.join(folder, 'etc'), 0o755);
    await run('postfix', ['-c', path.join(folder, 'etc'), 'start']);
    return postfix;
  }

  async stop(): Promise<void> {
    await run('postfix', ['-c', path.join(this.folder, 'etc'), 'stop']);
  }

  /** Puts parameters of main.cf in the place of those that are there: `smtpd_recipient_limit=10`. */
  async configure(...parameters: readonly string[]): Promise<void> {
    const etc = path.join(this.folder, 'etc');
    await run('postconf', ['-c', etc, '-e', ...parameters]);
    await run('postfix', ['-c', etc, 'reload']);
  }

  /** What arrived and was delivered, line ends LF. */
  async arrived(): Promise<readonly string[]> {
    const box = path.join(this.folder, 'out', 'all', 'new');
    const names = await readdir(box).catch(() => []);
    return Promise.all(names.map((name) => readFile(path.join(box, name), 'latin1')));
  }

  async log(): Promise<string> {
    return readFile(path.join(this.folder, 'log'), 'utf8').catch(() => '');
  }
}

function mainCf(folder: string, work: string, authSocket: string): string {
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file_prefixes = ${folder}
maillog_file = ${folder}/log
myhostname = smtp.isp.example
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = far.example
virtual_mailbox_base = ${folder}/out
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:${NOBODY.id}
virtual_gid_maps = static:${NOBODY.id}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = ${work}/cert.pem
smtpd_tls_key_file = ${work}/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${authSocket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{${REFUSED} = 550 5.1.1 No such user here}}, permit_sasl_authenticated, reject
`;
}

function masterCf(port: number): string {
  return `
127.0.0.1:${port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
`;
}
