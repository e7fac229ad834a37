// Runs test files by their sources, in this process, so that a debugger stops in them: node scripts/testFile.mjs test/core/mail/prefix.test.ts
//   --no-timeout   a test may take as long as somebody looks at it
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';

const tests = fileURLToPath(new URL('../test/', import.meta.url));

/** `test/core/mail/prefix.test.ts` -> `test/dist/core/mail/header.test.js`, as absolute paths; a built file stays. Throws with a sentence. */
export function builtFile(source) {
  const below = path.relative(tests, path.resolve(source));
  if (below.startsWith('..') || !/\.test\.(ts|js)$/.test(below))
    throw new Error(`${source} is no test: those end in .test.ts and lie in ${tests}`);
  const built = path.join(tests, below.startsWith('dist') ? below : path.join('dist', below.replace(/\.ts$/, '.js')));
  if (!existsSync(built)) throw new Error(`${built} is not built. Run "npm run build".`);
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const { timeout } = JSON.parse(readFileSync(new URL('../.mocharc.json', import.meta.url), 'utf8'));
  const { mochaHooks } = await import('../test/dist/leaks.js');
  const mocha = new Mocha({ timeout: words.includes('--no-timeout') ? 0 : timeout, rootHooks: mochaHooks });
  try {
    const files = words.filter((word) => !word.startsWith('--'));
    if (files.length === 0) throw new Error('Name a test file: node scripts/testFile.mjs test/core/mail/prefix.test.ts');
    for (const file of files) mocha.addFile(builtFile(file));
    await mocha.loadFilesAsync();
    mocha.run((failures) => process.exit(failures === 0 ? 0 : 1));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
