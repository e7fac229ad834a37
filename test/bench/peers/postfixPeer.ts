// Postfix for measurements: it queues each message durably before its 250, as it always does, and then has nothing to do but drop it.
import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../peers/daemon.js';
import { placed } from '../placement.js';

const run = promisify(execFile);

export class PostfixPeer {
  private constructor(
    private readonly etc: string,
    readonly port: number,
    readonly pid: number,
    readonly configuration: string,
  ) {}

  /** `where`: words before the command. */
  static async start(folder: string, where: readonly string[] = []): Promise<PostfixPeer> {
    const [port = 0] = await freePorts(1);
    const etc = path.join(folder, 'etc');
    for (const part of ['etc', 'queue', 'data']) await mkdir(path.join(folder, part), { recursive: true });
    execFileSync('chown', ['postfix', path.join(folder, 'data')]);
    const configuration = mainCf(folder);
    await writeFile(path.join(etc, 'main.cf'), configuration);
    await writeFile(path.join(etc, 'master.cf'), masterCf(port));
    await chmod(etc, 0o755);
    await run(...placed(where, 'postfix', ['-c', etc, 'start']));
    const pid = Number(await readFile(path.join(folder, 'queue', 'pid', 'master.pid'), 'utf8'));
    return new PostfixPeer(etc, port, pid, configuration);
  }

  async stop(): Promise<void> {
    await run('postfix', ['-c', this.etc, 'stop']);
  }
}

function mainCf(folder: string): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file_prefixes = ${folder}
maillog_file = ${folder}/log
myhostname = smtp.isp.example
mydestination = works.example
local_recipient_maps =
local_transport = discard:
default_transport = discard:
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
alias_maps =
alias_database =
`;
}

function masterCf(port: number): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`;
}
