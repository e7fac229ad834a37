import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(new URL('./blindProcess.js', import.meta.url));

describe('the watch over code that does not end', () => {
  it('comes back by itself where there was no descriptor left for it', async function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(30_000);
    const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n 64; exec "$0" "$1"', process.execPath, PROGRAM]);
    expect(stdout).to.equal('blind\nseeing\n');
  });
});
