import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { terminalText } from '@postroom/sdk/base';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { show } from '#plugins/platform/cli/dist/show.js';
import { ROOT } from '../../../kit/sourceFiles.js';
import { until } from '../../../kit/until.js';

const ESCAPE = '\u001b[2J\u001b]0;title\u0007\u007f\u009b31m\u009d0;title\u009c\u202egnp.exe\u2066\u2028\u2029\u200f\u061c';
const UNFIT = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

function postroom(...args: readonly string[]): Promise<{ readonly out: string; readonly error: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, 'core', 'bin', 'postroom.mjs'), ...args], (_failure, out, error) =>
      resolve({ out, error }),
    );
  });
}

describe('text on a terminal', function () {
  this.timeout(60_000);
  it('holds nothing that moves the cursor or turns letters round, and keeps its lines', () => {
    expect(terminalText(`a\nb${ESCAPE}c`))
      .to.match(/^a\nb.*c$/)
      .and.not.match(UNFIT);
    for (const value of [ESCAPE, [ESCAPE], { [ESCAPE]: ESCAPE }, [{ subject: ESCAPE }], { deep: { deeper: { text: ESCAPE } } }]) {
      expect(terminalText(show(value))).to.not.match(UNFIT);
    }
  });

  it('is so in the log, of whoever speaks and wherever in a line, and each line is JSON that says what was said', () => {
    let written = '';
    const log = createLog('debug', { write: (line: string) => (written += line) });
    log.warn(`said ${ESCAPE}`, { [ESCAPE]: ESCAPE, list: [{ deep: ESCAPE }] });
    log.forSource(`acme.${ESCAPE}`).error(`one\ntwo ${ESCAPE}`, { error: new Error(ESCAPE) });
    expect(written).to.not.match(UNFIT);
    const lines = written.split('\n');
    expect(lines).to.have.length(3);
    expect(JSON.parse(lines[0] ?? '')).to.deep.include({ msg: `said ${ESCAPE}`, [ESCAPE]: ESCAPE, list: [{ deep: ESCAPE }] });
    expect(JSON.parse(lines[1] ?? '')).to.include({ source: `acme.${ESCAPE}`, msg: `one\ntwo ${ESCAPE}` });
  });

  it('is so in what "serve" says while it runs, of names in its settings', async function () {
    this.timeout(60_000);
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-terminal-'));
    try {
      await writeFile(
        path.join(folder, 'settings.json'),
        JSON.stringify({ 'pop3.listen': [], 'smtp.listen': [], 'admin-ui.listen': [], [`odd ${ESCAPE}`]: 1 }),
      );
      for (const json of [[], ['--json']]) {
        const server = spawn(process.execPath, [path.join(ROOT, 'core', 'bin', 'postroom.mjs'), 'serve', '--data', folder, ...json]);
        let said = '';
        for (const stream of [server.stdout, server.stderr]) stream.on('data', (data: Buffer) => (said += data.toString('utf8')));
        await until('it is ready', () => /Ready\.|"event":"ready"/.test(said) && said.includes('gnp.exe'));
        const gone = once(server, 'exit');
        server.kill('SIGTERM');
        await gone;
        expect(said).to.not.match(UNFIT);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is so in answers, errors and help, and JSON stays exact', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'postroom-terminal-'));
    try {
      const plugin = path.join(folder, 'plugins', 'acme.evil');
      await mkdir(plugin, { recursive: true });
      const manifest = {
        ...{
          name: 'evil',
          publisher: 'acme',
          version: '1.0.0',
          type: 'module',
          main: './plugin.js',
          displayName: ESCAPE,
          description: ESCAPE,
        },
        engines: { postroom: '^1.0.0' },
        contributes: {
          commands: [
            { command: 'evil.go', title: ESCAPE, description: ESCAPE },
            { command: 'wicked.go', title: ESCAPE },
          ],
          areas: [{ area: 'wicked', title: ESCAPE }],
        },
      };
      await writeFile(path.join(plugin, 'package.json'), JSON.stringify(manifest));
      await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ [`odd ${ESCAPE}`]: 1, 'timer.everyMinutes': ESCAPE }));
      for (const args of [
        ['config', 'validate'],
        ['plugins', 'list', '--all'],
        ['--help'],
        ['evil', '--help'],
        ['wicked', '--help'],
        ['config', 'get', ESCAPE],
        ['no-such-command', ESCAPE],
        ['explain', path.join(folder, ESCAPE.replaceAll('/', ''))],
      ]) {
        const { out, error } = await postroom(...args, '--data', folder);
        expect(out + error, args.join(' ')).to.not.equal('');
        expect(out + error, args.join(' ')).to.not.match(UNFIT);
      }
      const { out } = await postroom('config', 'validate', '--json', '--data', folder);
      expect(JSON.stringify(JSON.parse(out))).to.include('\u202e');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
