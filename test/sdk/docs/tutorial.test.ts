// The tutorial, followed to the letter by somebody who has an empty folder and the `postroom` command.
import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);

interface Block {
  readonly language: string;
  /** `plugin.js suspicion`: the file, and the function that is replaced; without one the text is added. */
  readonly place: readonly string[];
  readonly text: string;
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/```(\w+) ?([^\n]*)\n([\s\S]*?)```/g)].map(([, language = '', place = '', text = '']) => ({
    language,
    place: place.split(' '),
    text,
  }));
}

describe('the tutorial', function () {
  this.timeout(300_000);
  let folder: string;
  let printed: readonly string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-tutorial-'));
    await mkdir(path.join(folder, 'bin'));
    const command = path.join(folder, 'bin', 'postroom');
    await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${path.join(ROOT, 'core', 'bin', 'postroom.mjs')}" "$@"\n`);
    await chmod(command, 0o755);
  });
  after(() => rm(folder, { recursive: true }));

  it('works to the letter', async () => {
    const page = await readFile(path.join(ROOT, 'docs', 'plugins', 'tutorial.md'), 'utf8');
    let at = folder;
    const output: string[] = [];
    for (const { language, place, text } of blocksOf(page)) {
      if (language === 'js') {
        await edit(path.join(at, place[0] ?? ''), place[1], text);
        continue;
      }
      // Later versions of Node report in another way where nobody looks on.
      const NODE_OPTIONS = '--test-reporter=tap';
      const env = {
        NODE_OPTIONS,
        PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: folder,
      };
      const { stdout } = await run('sh', ['-e', '-c', `${text}\npwd`], { cwd: at, env });
      const lines = stdout.trimEnd().split('\n');
      at = lines.pop() ?? at;
      output.push(lines.join('\n'));
    }
    printed = output;
    expect(output.length).to.be.greaterThan(5);
  });

  it('shows what it says: tests that pass, the plugin in its place, a packed plugin', async () => {
    expect(printed[0])
      .to.match(/^# pass 3$/m)
      .and.to.match(/^# fail 0$/m);
    expect(printed[1])
      .to.match(/^# pass 4$/m)
      .and.to.match(/^# fail 0$/m);
    expect(printed[2]).to.include('me.my-filter/filter');
    expect(await readdir(path.join(folder, 'my-filter'))).to.include('me.my-filter-1.0.0.tgz');
  });

  it('leaves no trace of the plugin at its end', async () => {
    const data = path.join(folder, 'data');
    const left = (await readdir(data, { recursive: true })).filter((name) => name.includes('my-filter'));
    expect(left).to.deep.equal([]);
    for (const file of ['settings.json', 'settings.schema.json']) {
      expect(await readFile(path.join(data, file), 'utf8'), file).not.to.include('my-filter');
    }
  });
});

/** What a reader would type: a function in the place of its namesake, or a text at the end. */
async function edit(file: string, name: string | undefined, text: string): Promise<void> {
  if (name === undefined) return appendFile(file, `\n${text}`);
  const before = await readFile(file, 'utf8');
  const start = before.indexOf(`export function ${name}(`);
  const end = before.indexOf('\n}\n', start) + 3;
  expect(start, `${file} has a function ${name}`).to.be.greaterThan(0);
  await writeFile(file, `${before.slice(0, start)}${text}${before.slice(end)}`);
}
