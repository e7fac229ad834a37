import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { show } from '#core/cli/show.js';
import { terminalText } from '#core/cli/terminalText.js';
import { ROOT } from '../../kit/sourceFiles.js';

const ESCAPE = '\u001b[2J\u001b]0;title\u0007\u009b31m\u202egnp.exe\u2066\u2028';
const UNFIT = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

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
        contributes: { commands: [{ command: 'evil.go', title: ESCAPE, description: ESCAPE }] },
      };
      await writeFile(path.join(plugin, 'package.json'), JSON.stringify(manifest));
      await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ [`odd ${ESCAPE}`]: 1, 'timer.everyMinutes': ESCAPE }));
      for (const args of [
        ['config', 'validate'],
        ['plugins', 'list', '--all'],
        ['--help'],
        ['evil', '--help'],
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
