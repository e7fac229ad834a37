// rspamd as it comes from Debian, with none of its modules that would ask somebody elsewhere: no lists by DNS, no fuzzy storage, no maps.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts, startDaemon, stopDaemon } from './daemon.js';
import { NOBODY } from './dovecot.js';

/** The pattern that every spam filter knows, and rspamd's own kin of it for the milder verdict. */
export const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
export const LIKELY_SPAM = GTUBE.replace('X', 'Y');

export function hasRspamd(): boolean {
  return spawnSync('rspamd', ['--version'], { stdio: 'ignore' }).status === 0;
}

export class Rspamd {
  #child: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/checkv2`;
  }

  static async start(work: string): Promise<Rspamd> {
    const folder = path.join(work, 'rspamd');
    await mkdir(folder);
    await chown(folder, NOBODY.id, NOBODY.id);
    const [port = 0] = await freePorts(1);
    const file = path.join(folder, 'rspamd.conf');
    await writeFile(path.join(folder, 'tld'), 'example\n');
    await writeFile(file, configuration(folder, port));
    const rspamd = new Rspamd(port);
    rspamd.#child = await startDaemon('rspamd', ['-f', '-u', NOBODY.name, '-g', 'nogroup', '-c', file], port);
    return rspamd;
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await stopDaemon(this.#child);
    this.#child = undefined;
  }
}

/** Nothing of /etc/rspamd is included. A short list of top-level domains and no hyperscan: compiling them takes half a minute. */
function configuration(folder: string, port: number): string {
  return `
options {
  filters = [];
  tempdir = "${folder}";
  hs_cache_dir = "${folder}";
  pidfile = "${folder}/pid";
  control_socket = "${folder}/control mode=0600";
  url_tld = "${folder}/tld";
  disable_hyperscan = true;
  enable_test_patterns = true;
  gtube_patterns = "all";
  dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }
}
logging { type = "console"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
actions { reject = 15; add_header = 6; }
`;
}
