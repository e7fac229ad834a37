// Where the code of a plugin can't be read. Node tells the place only on its command line, and runs nothing there.
import path from 'node:path';

/** A plugin has a few files beside the packages that it brings; a start takes some 40 ms each. */
const MOST_FILES = 50;
const CODE = /\.[cm]?js$/;

/**
 * `plugin.js:8:25: Unexpected token '='`, one for each of the plugin's `files` that has an error, as they are found. Packages that it brings along
 * are not looked at.
 */
export async function* syntaxErrors(folder: string, files: readonly string[]): AsyncGenerator<string> {
  const own = files.filter((file) => CODE.test(file) && !file.startsWith('node_modules/')).slice(0, MOST_FILES);
  for (const file of own) {
    const said = await check(path.join(folder, file));
    if (said !== undefined) yield sentence(file, said);
  }
}

/** What Node says of a file that it can't read. */
async function check(file: string): Promise<string | undefined> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], { env: {}, windowsHide: true }, (failure, _out, said) =>
      resolve(failure !== null && said.includes('SyntaxError: ') ? said : undefined),
    );
  });
}

/** Node prints the place, the line, a caret below the first character that does not fit, and the error. */
function sentence(file: string, said: string): string {
  const [place = '', ...lines] = said.split('\n');
  const line = /:(\d+)$/.exec(place.trimEnd())?.[1];
  const column = lines.find((each) => /^\s*\^+\s*$/.test(each))?.indexOf('^');
  const message = /^SyntaxError: (.*)$/m.exec(said)?.[1]?.trimEnd() ?? '';
  return `${[file, line, column === undefined ? undefined : column + 1].filter((part) => part !== undefined).join(':')}: ${message}`;
}
