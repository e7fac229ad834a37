// `postroom demo --cluster` as people call it: the real program, a PostgreSQL of its own, and an end that leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { withoutPostgres } from '../../../kit/postgres/testCluster.js';
import { ROOT } from '../../../kit/sourceFiles.js';
import { eventually } from '../../../peers/eventually.js';

const PROGRAM = path.join(ROOT, 'core', 'bin', 'postroom.mjs');

interface Tally {
  readonly letters: number;
  readonly there: number;
}

interface Summary {
  readonly promised: Tally;
  readonly promisedByKilled: number;
  readonly sentAgain: Tally;
  readonly collected: Tally;
  readonly lost: number;
  readonly damaged: number;
  readonly twice: number;
}

class Demo {
  out = '';
  said = '';
  readonly #ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.#ended = once(child, 'close');
    child.stdout?.on('data', (text: Buffer) => (this.out += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (this.said += text.toString()));
  }

  static start(env: Readonly<Record<string, string>> = {}): Demo {
    return new Demo(spawn(process.execPath, [PROGRAM, 'demo', '--cluster', '--once', '--json'], { env: { ...process.env, ...env } }));
  }

  get folder(): string {
    return /\/\S*postroom-demo-\w+/.exec(this.said)?.[0] ?? '';
  }

  async says(text: string): Promise<void> {
    while (!this.said.includes(text)) {
      if (this.child.stderr?.readableEnded !== false) throw new Error(`The demo ended without "${text}": ${this.said}`);
      await Promise.race([once(this.child.stderr, 'data'), this.#ended]);
    }
  }

  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.child.kill(signal);
    await this.#ended;
    return this.child.exitCode;
  }

  /** Processes that work in its folder, or were started with it. */
  processes(): readonly string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      })
      .filter((line) => line.includes(this.folder));
  }
}

describe('postroom demo --cluster', function () {
  this.timeout(300_000);
  before(function () {
    const missing = withoutPostgres();
    if (missing === undefined && process.platform === 'linux') return;
    console.warn(`      Skipped: ${missing ?? 'what it leaves behind is looked for in /proc.'}`);
    this.skip();
  });

  it('kills one of two servers while mail comes in, finds every letter once, and leaves nothing behind', async () => {
    const demo = Demo.start({ POSTROOM_STORE: 'postgres://nobody@127.0.0.1:9/office' });
    expect(await demo.end(), demo.said).to.equal(0);
    const summary = JSON.parse(demo.out) as Summary;
    expect(summary).to.include({ lost: 0, damaged: 0, twice: 0 });
    expect(summary.promised.there + summary.sentAgain.there).to.equal(400);
    expect(summary.collected).to.include({ letters: 400, there: 400 });
    expect(summary.promisedByKilled).to.be.greaterThan(0);
    expect(demo.said).to.include('front-1 is killed (kill -9)').and.to.include('front-2 has taken over');
    expect([existsSync(demo.folder), demo.processes()]).to.deep.equal([false, []]);
  });

  for (const [signal, place] of [
    ['SIGINT', 'Starting the practice ISP'],
    ['SIGKILL', 'Handing 400 letters in'],
  ] as const) {
    it(`leaves nothing behind after ${signal} in the middle`, async () => {
      const demo = Demo.start();
      await demo.says(place);
      const { folder } = demo;
      expect(existsSync(folder)).to.equal(true);
      await demo.end(signal);
      await eventually('its processes have ended, and its folder is gone', async () =>
        demo.processes().length === 0 && !existsSync(folder) ? true : undefined,
      );
    });
  }

  it('says what to install where there is no PostgreSQL', async () => {
    const demo = Demo.start({ POSTROOM_POSTGRES_BIN: '/nowhere' });
    expect(await demo.end()).to.equal(1);
    expect(demo.said).to.match(
      /^PostgreSQL was not found\. It needs PostgreSQL 15 or newer on this machine \(Debian and Ubuntu: apt-get install postgresql;/,
    );
  });
});
