// What editors are told: it fits the formatter, the manifests and the files that there are.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type ParseError, parse } from 'jsonc-parser';
import { ROOT } from '../kit/sourceFiles.js';

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function readJsonc<T>(file: string): T {
  const errors: ParseError[] = [];
  const value = parse(read(file), errors, { allowTrailingComma: false }) as T;
  expect(errors, file).to.deep.equal([]);
  return value;
}

describe('an editor', () => {
  it('indents and wraps as the formatter does', () => {
    const { formatter } = readJsonc<{ formatter: { indentStyle: string; indentWidth: number; lineWidth: number } }>('biome.json');
    const all = read('.editorconfig').split(/^\[/m)[1] ?? '';
    expect(all).to.match(/^\*\]/);
    expect(all).to.include(`indent_style = ${formatter.indentStyle}\n`);
    expect(all).to.include(`indent_size = ${formatter.indentWidth}\n`);
    expect(all).to.include(`max_line_length = ${formatter.lineWidth}\n`);
    expect(read('.editorconfig')).to.include('[test/fixtures/**]');
  });

  it('completes manifests by the schema of the SDK', () => {
    const settings = readJsonc<{ 'json.schemas': readonly { fileMatch: readonly string[]; url: string }[] }>('.vscode/settings.json');
    const [manifests] = settings['json.schemas'];
    expect(manifests?.fileMatch).to.include('/plugins/**/package.json');
    expect(existsSync(path.join(ROOT, manifests?.url ?? ''))).to.equal(true);
  });

  it('starts programs that there are', () => {
    const { configurations } = readJsonc<{ configurations: readonly { name: string; program?: string; preLaunchTask?: string }[] }>(
      '.vscode/launch.json',
    );
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
    expect(configurations).to.have.length(3);
    const programs = configurations.flatMap(({ program }) => program ?? []);
    expect(programs).to.have.length(2);
    expect(programs.filter((program) => !existsSync(program.replace(/^\$\{workspaceFolder\}/, ROOT)))).to.deep.equal([]);
    for (const { preLaunchTask } of configurations)
      if (preLaunchTask !== undefined) expect(scripts).to.have.property(preLaunchTask.replace('npm: ', ''));
  });

  it('runs the test file that is open, and says what is no test', async () => {
    const file = pathToFileURL(path.join(ROOT, 'scripts', 'testFile.mjs')).href;
    const { builtFile } = (await import(file)) as { builtFile: (source: string) => string };
    const own = path.join(ROOT, 'test', 'dist', 'docs', 'editor.test.js');
    expect(builtFile(path.join(ROOT, 'test', 'docs', 'editor.test.ts'))).to.equal(own);
    expect(builtFile(own)).to.equal(own);
    expect(() => builtFile(path.join(ROOT, 'core', 'main.ts'))).to.throw('is no test');
    expect(() => builtFile(path.join(ROOT, 'test', 'nothing.test.ts'))).to.throw('npm run build');
  });
});
