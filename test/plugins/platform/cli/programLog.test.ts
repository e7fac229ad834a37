// Every line of the program log is JSON, whoever in the process writes it.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { programHost } from '#core/programHost.js';
import { openProgramLog, type ProgramLog } from '#plugins/platform/cli/dist/programLog.js';
import { Office } from '../../../kit/office.js';
import { until } from '../../../kit/until.js';

interface Line {
  readonly level: string;
  readonly source?: string;
  readonly msg: string;
  readonly stack?: string;
}

const linesOf = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('the program log', () => {
  /** What came out of the process's streams while `work` ran. */
  async function written(json: boolean, work: (log: ProgramLog) => Promise<void> | void): Promise<{ out: string; error: string }> {
    const said = { out: '', error: '' };
    const [out, error] = [process.stdout.write.bind(process.stdout), process.stderr.write.bind(process.stderr)];
    const keep =
      (key: 'out' | 'error') =>
      (text: string): boolean => {
        said[key] += text;
        return true;
      };
    process.stdout.write = keep('out') as typeof out;
    process.stderr.write = keep('error') as typeof error;
    const opened = await openProgramLog(json, programHost());
    try {
      await work(opened);
    } finally {
      opened.dispose();
      process.stdout.write = out;
      process.stderr.write = error;
    }
    return said;
  }

  it('has what code in the process prints as lines of its own, whole or in pieces', async () => {
    const { out, error } = await written(false, ({ log }) => {
      log.info('Ready.');
      console.log('two\nlines \u202e');
      console.error('a complaint');
      process.stdout.write('in ');
      process.stdout.write(Buffer.from('pieces ä').subarray(0, 8));
      process.stdout.write(Buffer.from('ä').subarray(1));
      process.stderr.write(`{"level":"info","msg":"not one of the log"}\n${'x'.repeat(50_000)}\n`);
    });
    expect(error).to.equal('');
    const lines = linesOf(out);
    expect(lines.map(({ level, source, msg }) => `${level} ${source ?? ''} ${msg.slice(0, 40)}`)).to.deep.equal([
      'info  Ready.',
      'info output two',
      'info output lines \u202e',
      'warn output a complaint',
      'warn output {"level":"info","msg":"not one of the lo',
      `warn output ${'x'.repeat(40)}`,
      'info output in pieces ä',
    ]);
    expect(out, 'no letters turned round on a terminal').to.not.include('\u202e');
    expect(out.length).to.be.lessThan(6_000);
  });

  it('answers who waits for what it wrote', async () => {
    await written(false, async () => {
      await new Promise<void>((resolve) => void process.stdout.write('x\n', () => resolve()));
      await new Promise<void>((resolve) => void process.stderr.write('x\n', 'utf8', () => resolve()));
    });
  });

  it('has the warnings of Node.js and of threads, with the place', async () => {
    const { out } = await written(false, async () => {
      process.emitWarning('planted', { type: 'DeprecationWarning', code: 'DEP9999' });
      const worker = new Worker(`process.emitWarning('from a thread'); console.log('printed by a thread')`, { eval: true });
      await once(worker, 'exit');
      await new Promise((resolve) => setImmediate(resolve));
    });
    const lines = linesOf(out);
    const planted = lines.find(({ msg }) => msg.includes('planted'));
    expect(planted).to.include({ level: 'warn', source: 'node', msg: 'DeprecationWarning: planted', code: 'DEP9999' });
    expect(planted?.stack).to.include('programLog.test');
    expect(lines.map(({ msg }) => msg).join('\n'))
      .to.include('from a thread')
      .and.include('printed by a thread');
  });

  it('leaves standard output to scripts where they read it, and lets go of all when it ends', async () => {
    const listeners = process.listeners('warning');
    const { out, error } = await written(true, (opened) => {
      opened.print({ event: 'ready' });
      console.log('said on standard output');
    });
    expect(out).to.equal('{"event":"ready"}\n');
    expect(linesOf(error)[0]).to.include({ source: 'output', msg: 'said on standard output' });
    expect(process.listeners('warning')).to.deep.equal(listeners);
  });

  describe('of a server', () => {
    let folder: string;
    let office: Office;
    beforeEach(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'postroom-log-'));
      office = await Office.make(path.join(folder, 'data'), { 'plugins.enabled': [], 'admin-ui.listen': [] });
    });
    afterEach(async () => {
      await office.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** Code that is in the process beside the server, as a plugin of the product is; it waits for a signal. */
    async function beside(code: string): Promise<Readonly<Record<string, string>>> {
      const file = path.join(folder, 'beside.mjs');
      await writeFile(
        file,
        `import { isMainThread } from 'node:worker_threads';\nif (isMainThread) process.once('SIGUSR2', () => {\n${code}\n});\n`,
      );
      return { NODE_OPTIONS: `--import=${file}` };
    }

    it('is JSON from the first line to the last, whatever is printed and warned of', async () => {
      const env = await beside(`
        console.log('printed');
        console.error(new Error('shown'));
        process.emitWarning('old', 'DeprecationWarning');
        for (let count = 0; count < 30; count += 1) process.stdout.on('drain', () => {});
        process.stdout.write('without an end');`);
      await office.start(env);
      office.signal('SIGUSR2');
      await until('the last warning', () => office.log.includes('MaxListenersExceededWarning'));
      await office.stop();
      const messages = linesOf(office.log).map(({ msg }) => msg);
      expect(messages).to.include.members(['printed', 'DeprecationWarning: old', 'without an end', 'Stopped.']);
      expect(messages.some((msg) => msg.startsWith('Error: shown'))).to.equal(true);
    });

    it('is JSON to the last line where an error ends the server', async () => {
      await office.start(await beside(`setTimeout(() => { throw new Error('nobody handles this'); });`));
      office.signal('SIGUSR2');
      await office.ended();
      const last = linesOf(office.log).at(-1);
      expect(last).to.include({ level: 'error' });
      expect(last?.msg).to.include('nobody handles this');
    });

    it('is JSON where the server cannot start, with the sentence that a person would read', async () => {
      await office.start();
      const { code, error } = await office.run(['serve']);
      expect(code).to.equal(1);
      const [line, ...more] = linesOf(error);
      expect(more).to.deep.equal([]);
      expect(line?.msg).to.match(/data folder .* is in use by process \d+\. Stop that server first/);
    });
  });
});
