// Dovecot for measurements: POP3 over Maildir, as its documentation advises for speed, its durability as it comes (mail_fsync=optimized).
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts, startDaemon, stopDaemon } from '../../peers/daemon.js';
import { letterOf } from '../letters.js';
import { placed } from '../placement.js';

export const DOVECOT_PASSWORD = 'practice';
/** Files that are written at a time. */
const AT_ONCE = 64;

export class DovecotPeer {
  #count = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
    readonly lmtpPort: number,
    /** What it runs with; the bench prints it. */
    readonly configuration: string,
  ) {}

  /** `where`: words before the command. `withLmtp`: it takes mail too, for which Debian's dovecot-lmtpd must be there. */
  static async start(folder: string, where: readonly string[] = [], withLmtp = false): Promise<DovecotPeer> {
    const mail = path.join(folder, 'mail');
    await mkdir(mail, { recursive: true });
    execFileSync('chown', ['mail:mail', mail]);
    const [port = 0, lmtp = 0] = await freePorts(2);
    const configuration = dovecotConf(folder, port) + (withLmtp ? lmtpConf(lmtp) : '');
    const file = path.join(folder, 'dovecot.conf');
    await writeFile(file, configuration);
    const child = await startDaemon(...placed(where, 'dovecot', ['-F', '-c', file]), port);
    return new DovecotPeer(child, folder, port, lmtp, configuration);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  stop(): Promise<void> {
    return stopDaemon(this.child);
  }

  /** New messages in a user's Maildir; `to` names who each is for. */
  async put(user: string, messages: number, octets: number, to?: (number: number) => string): Promise<void> {
    const box = path.join(this.folder, 'mail', user);
    for (const part of ['cur', 'new', 'tmp']) await mkdir(path.join(box, part), { recursive: true });
    for (let at = 0; at < messages; at += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, messages - at) }, () => (this.#count += 1));
      await Promise.all(
        some.map((number) =>
          // The sizes stand in the name, as Dovecot's own delivery writes them.
          this.#write(box, number, letterOf(octets, number, to?.(number))),
        ),
      );
    }
    execFileSync('chown', ['-R', 'mail:mail', path.join(this.folder, 'mail')]);
  }

  async empty(user: string): Promise<void> {
    await rm(path.join(this.folder, 'mail', user), { recursive: true, force: true });
  }

  async count(user: string): Promise<number> {
    const box = path.join(this.folder, 'mail', user);
    if (!existsSync(box)) return 0;
    return (await readdir(path.join(box, 'cur'))).length + (await readdir(path.join(box, 'new'))).length;
  }

  #write(box: string, number: number, octets: Buffer): Promise<void> {
    const text = Buffer.from(octets.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    const name = `${1_790_000_000 + number}.M${number}P1.isp,S=${text.length},W=${octets.length}:2,`;
    return writeFile(path.join(box, 'cur', name), text);
  }
}

function lmtpConf(port: number): string {
  return `protocols = pop3 lmtp
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${port}
  }
}
protocol lmtp {
  auth_username_format = %Ln
}
`;
}

function dovecotConf(folder: string, port: number): string {
  return `protocols = pop3
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
mail_location = maildir:${folder}/mail/%u
maildir_very_dirty_syncs = yes
first_valid_uid = 1
ssl = no
disable_plaintext_auth = no
auth_cache_size = 10M
mail_max_userip_connections = 100
service pop3-login {
  inet_listener pop3 {
    port = ${port}
  }
  inet_listener pop3s {
    port = 0
  }
  service_count = 0
}
service pop3 {
  service_count = 0
}
passdb {
  driver = static
  args = password=${DOVECOT_PASSWORD}
}
userdb {
  driver = static
  args = uid=mail gid=mail allow_all_users=yes home=${folder}/mail/%u
}
`;
}
