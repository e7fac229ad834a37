// Dovecot as the ISP's POP3 server: in clear text with PIPELINING and STLS on one port, TLS from the first octet on another.
import { type ChildProcess, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts, startDaemon, stopDaemon } from './daemon.js';
import type { WorkFolder } from './workFolder.js';

export const ISP_PASSWORD = 'isp secret 1';
/** Debian's user without rights: owns the mail at the ISP. */
export const NOBODY = { name: 'nobody', id: 65534 };

/** How it lets users in, where that is not as usual. */
export interface DovecotLogins {
  /** As `auth_mechanisms` has them; default `plain login`. */
  readonly mechanisms?: string;
  /** Only a hash of the password is kept, as most ISPs do. */
  readonly hashed?: boolean;
  /** No login without TLS. */
  readonly tlsOnly?: boolean;
}

export class Dovecot {
  #child: ChildProcess | undefined;
  #count = 0;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    readonly tlsPort: number,
    private readonly logins: DovecotLogins,
  ) {}

  /** A client at 127.0.0.1 that asks for it here comes from another address: Dovecot takes one from its own for safe. */
  readonly host = '127.0.0.2';

  /** Postfix asks it for logins here. */
  get authSocket(): string {
    return path.join(this.folder, 'auth-client');
  }

  static async start(work: WorkFolder, users: readonly string[], logins: DovecotLogins = {}): Promise<Dovecot> {
    const folder = path.join(work.path, 'dovecot');
    await mkdir(folder);
    const [port = 0, tlsPort = 0] = await freePorts(2);
    const dovecot = new Dovecot(folder, port, tlsPort, logins);
    await writeFile(path.join(folder, 'users'), users.map((user) => `${user}:${stored(logins)}\n`).join(''));
    await writeFile(path.join(folder, 'dovecot.conf'), dovecot.#configuration(work));
    for (const user of users) {
      for (const part of ['cur', 'new', 'tmp']) await mkdir(path.join(folder, 'mail', user, part), { recursive: true });
    }
    await dovecot.resume();
    return dovecot;
  }

  async resume(): Promise<void> {
    this.#child = await startDaemon('dovecot', ['-F', '-c', path.join(this.folder, 'dovecot.conf')], this.port);
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await stopDaemon(this.#child);
  }

  /** Puts messages into a mailbox as they are. */
  async put(user: string, messages: readonly Buffer[]): Promise<void> {
    const box = path.join(this.folder, 'mail', user);
    for (const octets of messages) {
      this.#count += 1;
      await writeFile(path.join(box, 'cur', `${1_700_000_000 + this.#count}.M${this.#count}.isp:2,`), octets);
    }
    execFileSync('chown', ['-R', String(NOBODY.id), path.join(this.folder, 'mail')]);
  }

  /** How many messages the ISP still has. */
  async count(user: string): Promise<number> {
    const box = path.join(this.folder, 'mail', user);
    return (await readdir(path.join(box, 'cur'))).length + (await readdir(path.join(box, 'new'))).length;
  }

  #configuration(work: WorkFolder): string {
    const { folder } = this;
    return `
protocols = pop3
listen = 127.0.0.1, 127.0.0.2
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
mail_location = maildir:${folder}/mail/%n
first_valid_uid = 1
disable_plaintext_auth = ${this.logins.tlsOnly ? 'yes' : 'no'}
ssl = yes
ssl_cert = <${work.path}/cert.pem
ssl_key = <${work.path}/key.pem
auth_mechanisms = ${this.logins.mechanisms ?? 'plain login'}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%n ${folder}/users
}
userdb {
  driver = static
  args = uid=${NOBODY.name} gid=nogroup home=${folder}/mail/%n
}
service pop3-login {
  inet_listener pop3 {
    port = ${this.port}
  }
  inet_listener pop3s {
    port = ${this.tlsPort}
    ssl = yes
  }
}
service auth {
  unix_listener ${this.authSocket} {
    mode = 0666
  }
}
# The limits are for the internet; here one client logs in again and again.
mail_max_userip_connections = 100
auth_failure_delay = 0
`;
  }
}

function stored({ hashed }: DovecotLogins): string {
  return hashed ? `{SHA256}${createHash('sha256').update(ISP_PASSWORD).digest('base64')}` : `{PLAIN}${ISP_PASSWORD}`;
}
